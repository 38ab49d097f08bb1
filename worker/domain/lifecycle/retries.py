"""Retries: what a failed call means for its order.

The caller hands in *now*, the time of the database's clock, and *chance*, a random number in [0, 1).
"""

from dataclasses import replace

from worker.domain.errors import ApiError, Conflict, OrderGone, OrderMissing, ReadRefused, Rejected
from worker.domain.instants import MINUTE, SECOND, Duration, Instant
from worker.domain.lanes import is_unknown
from worker.domain.lifecycle.unknown import UNKNOWN_FOR, is_not_there, unknown_backoff
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped

BACKOFF_BASE = SECOND
BACKOFF_CAP = 10 * MINUTE
SECOND_LOOK = MINUTE
"""An order that the platform calls deleted is asked for once more after this time."""
MAX_CONFLICTS = 8
"""So many conflicts stop an order. Somebody may have it open, so there are at least 20 minutes between the first and
the last of them, and at most 45.
"""


def backoff(failures: int, chance: float) -> Duration:
    """Return how long to wait after the nth failure in a row: exponential with full jitter, at most ten minutes."""
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(failures, 32))
    return int(ceiling * chance)


def conflict_backoff(conflicts: int, chance: float) -> Duration:
    """Return how long to wait after the nth conflict: a minute, doubled up to ten, or down to the half of that."""
    ceiling = min(BACKOFF_CAP, MINUTE * 2 ** min(conflicts - 1, 32))
    return int(ceiling * (1 + chance) / 2)


def on_failure(
    error: ApiError, order: Order, policy: Policy, now: Instant, chance: float
) -> tuple[Order, Later | Stopped]:
    """Return *order* with the failure counted, and the result: a later attempt, or a stop.

    *error* is never `Throttled`: that makes the account wait, and is no failure of the order.
    """
    match error:
        case Rejected():
            return order, Stopped(StopReason.REFUSED, str(error))
        case Conflict() if order.conflicts + 1 >= MAX_CONFLICTS:
            return order, Stopped(StopReason.CONFLICT, str(error))
        case OrderGone() if order.missing_since is not None and now - order.missing_since >= SECOND_LOOK:
            return order, Stopped(StopReason.UNKNOWN_ORDER, str(error))
        case _ if is_not_there(error, order) and now - (order.missing_since or now) >= UNKNOWN_FOR:
            reason = StopReason(error.reason) if isinstance(error, OrderMissing) else StopReason.UNKNOWN_ORDER
            return order, Stopped(reason, str(error))
        case _ if now - (order.failing_since or now) >= _time_limit(error, order, policy):
            return order, Stopped(StopReason.GAVE_UP, f"the last answer was: {error}")
    counted = replace(
        order,
        failures=order.failures + 1,
        failing_since=order.failing_since or now,
        conflicts=order.conflicts + isinstance(error, Conflict),
        missing_since=(order.missing_since or now) if is_not_there(error, order) else order.missing_since,
    )
    due = now + _wait(error, counted, policy, now, chance)
    return counted, Later(due, WaitReason(error.reason), str(error), firm=True)


def _wait(error: ApiError, order: Order, policy: Policy, now: Instant, chance: float) -> Duration:
    match error:
        case Conflict():
            return conflict_backoff(order.conflicts, chance)
        case OrderGone():
            return SECOND_LOOK
        case _ if is_unknown(order) or isinstance(error, ReadRefused):
            return unknown_backoff(error, order, policy.retry_for, now, chance)
        case _:
            return backoff(order.failures, chance)


def _time_limit(error: ApiError, order: Order, policy: Policy) -> Duration:
    """Return how long a step may fail with such an *error*.

    404s count against `retry_for` even while reads succeed: a wrong branch_id makes every write 404.
    """
    return max(policy.retry_for, UNKNOWN_FOR) if is_not_there(error, order) else policy.retry_for
