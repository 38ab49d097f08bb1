"""The stages of an order, and the statuses in which it leaves them."""

from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """How far an order has come. Every order passes the stages in this sequence."""

    PENDING = "pending"
    """The customer has placed the order; the merchant has not accepted it yet."""
    ACCEPTED = "accepted"
    """The merchant has accepted the order; no courier has a parcel yet."""
    SHIPPED = "shipped"
    """A courier has at least one parcel of the order."""
    DELIVERED = "delivered"
    """Every parcel of the order has arrived."""
    COMPLETED = "completed"
    """The order is closed after its delivery. This cannot be undone."""


class TerminalStatus(StrEnum):
    """The statuses of an order that has left the stages. The service writes nothing to such an order."""

    CANCELLED = "cancelled"
    REFUNDED = "refunded"


STAGES = tuple(Stage)
"""All stages in their sequence."""

Position: TypeAlias = Stage | TerminalStatus | None
"""What a platform's status means: a stage, a terminal status, or None when the account's table does not have it."""


def has_reached(current: Stage, target: Stage) -> bool:
    """Tell whether *current* is *target* or a later stage."""
    return STAGES.index(current) >= STAGES.index(target)


def stages_ahead(current: Stage, target: Stage) -> tuple[Stage, ...]:
    """Return the stages after *current* up to *target*, the next one first; none when *target* has been reached.

    An order never skips a stage: couriers skip scans, but the order APIs take one step at a time.
    """
    return STAGES[STAGES.index(current) + 1 : STAGES.index(target) + 1]
