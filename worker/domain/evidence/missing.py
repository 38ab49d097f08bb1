"""Missing parcels: how long an order waits for a parcel of which nothing is heard, although another one has arrived."""

from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import DAY, Instant
from worker.domain.orders import Order
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Result, Stopped
from worker.domain.stages import Stage, has_reached

MISSING_FOR = 14 * DAY
"""The order stops after so long without news of its parcels, and without a word of an operator."""
_NAMES = 3
"""How many tracking numbers a sentence names."""


def resting_without(order: Order, evidence: Evidence) -> Done | Later:
    """Return the result of an order at its target: done, or a wait for parcels that have not arrived.

    After a release, the wait begins anew: the operator has seen what is missing, and nobody else would ever tell.
    """
    is_on_its_way = order.closed is None and order.stage is not None and not has_reached(order.stage, Stage.DELIVERED)
    is_incomplete = 0 < evidence.delivered < evidence.parcels
    if not (is_on_its_way and is_incomplete):
        return Done()
    since = max(evidence.heard_at, order.acknowledged_at or 0)
    return Later(since + MISSING_FOR, WaitReason.PARCELS, _arrivals(evidence))


def decide_without(order: Order, evidence: Evidence, now: Instant) -> Done | Later | Stopped:
    """Return the same at *now*, and a stop after the end of the wait."""
    rest = resting_without(order, evidence)
    if isinstance(rest, Later) and rest.due <= now:
        return Stopped(StopReason.PARCEL_MISSING, f"{rest.detail}, and there was no news for {MISSING_FOR // DAY} days")
    return rest


def is_about_parcels(result: Result | None) -> bool:
    """Tell whether *result* says that an order at its target misses a parcel. It has no step to take then."""
    return isinstance(result, Later | Stopped) and result.reason in {WaitReason.PARCELS, StopReason.PARCEL_MISSING}


def _arrivals(evidence: Evidence) -> str:
    has = "has" if evidence.delivered == 1 else "have"
    names = ", ".join(evidence.missing[:_NAMES]) + (", …" if len(evidence.missing) > _NAMES else "")
    missing = f", not {names}" if names else ""
    return f"{evidence.delivered} of {evidence.parcels} parcels {has} arrived{missing}"
