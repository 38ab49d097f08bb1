"""The stages of an order, and the statuses in which it leaves them."""

from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """Where an order stands, in the only order in which it can happen."""

    PENDING = "pending"
    """The customer has placed it; nobody has accepted it yet."""
    ACCEPTED = "accepted"
    """The merchant will deliver it."""
    SHIPPED = "shipped"
    """A courier has a parcel of it."""
    DELIVERED = "delivered"
    """Every parcel has arrived."""
    COMPLETED = "completed"
    """Closed after delivery. This cannot be undone."""


class TerminalStatus(StrEnum):
    """An order that has left the stages. The service writes nothing to it any more."""

    CANCELLED = "cancelled"
    REFUNDED = "refunded"


STAGES = tuple(Stage)

Position: TypeAlias = Stage | TerminalStatus | None
"""What a platform's status means for us. None: we do not know the status."""


def has_reached(current: Stage, target: Stage) -> bool:
    """Tell whether *current* is *target* or a later stage."""
    return STAGES.index(current) >= STAGES.index(target)


def stages_ahead(current: Stage, target: Stage) -> tuple[Stage, ...]:
    """Return the stages still to reach from *current* to *target*, in order; empty when *target* is behind.

    Couriers skip scans and the order APIs take one step at a time, so an order never jumps.
    """
    return STAGES[STAGES.index(current) + 1 : STAGES.index(target) + 1]
