"""A step of an order, and the results with which a reconciliation ends."""

from dataclasses import dataclass
from typing import TypeAlias

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.stages import Stage


@dataclass(frozen=True, slots=True)
class Step:
    """The move to the next stage, and the evidence for it."""

    stage: Stage
    evidence_at: Instant
    """When the order reached the stage, by the evidence."""
    inferred: bool = False
    """Whether no event names the stage: it follows from a later one."""
    tracking: tuple[tuple[str, str], ...] = ()
    """The known parcels, as (tracking number, URL)."""
    completes: bool = False
    """Whether completion follows at once: a platform without a status for it records both in one write."""


@dataclass(frozen=True, slots=True)
class Done:
    """The order is settled: it is at its target, or closed."""


@dataclass(frozen=True, slots=True)
class Later:
    """The order is reconciled again at *due*. *reason* is what it waits for, *detail* a sentence for people.

    A new event makes the order due earlier, unless the wait is *firm* (a back-off).
    """

    due: Instant
    reason: WaitReason
    detail: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """The order needs a person. *detail* is a sentence for people."""

    reason: StopReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The whole account waits for *reason*."""

    reason: HoldReason


Result: TypeAlias = Done | Later | Stopped | Held
"""How a reconciliation ended. It is written into the order's row."""


@dataclass(frozen=True, slots=True)
class OrderFound:
    """The reference names *order*, which has the events of the reference now. The row of the reference is deleted."""

    order: OrderKey


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The lease ended before the reconciliation. Nothing more was sent or written, and the order is due again."""
