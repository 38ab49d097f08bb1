"""Retries: what a failed call means for its order.

The caller hands in *now*, the time of the database's clock, and *chance*, a random number in [0, 1).
"""

from dataclasses import replace

from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected
from worker.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped

BACKOFF_BASE = SECOND
BACKOFF_CAP = 10 * MINUTE
UNKNOWN_FOR = HOUR
"""How long an unknown order is asked for: a platform may announce an order before its own API knows it."""
MAX_CONFLICTS = 3


def backoff(failures: int, chance: float) -> Duration:
    """Return how long to wait after the nth failure in a row: exponential with full jitter, at most ten minutes."""
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(failures, 32))
    return int(ceiling * chance)


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
        case OrderMissing() if now - (order.missing_since or now) >= UNKNOWN_FOR:
            return order, Stopped(StopReason(error.reason), str(error))
        case _ if now - (order.failing_since or now) >= _time_limit(error, policy):
            return order, Stopped(StopReason.GAVE_UP, f"the last answer was: {error}")
    counted = replace(
        order,
        failures=order.failures + 1,
        failing_since=order.failing_since or now,
        conflicts=order.conflicts + isinstance(error, Conflict),
        missing_since=(order.missing_since or now) if isinstance(error, OrderMissing) else order.missing_since,
    )
    due = now + backoff(counted.failures, chance)
    return counted, Later(due, WaitReason(error.reason), str(error), firm=True)


def _time_limit(error: ApiError, policy: Policy) -> Duration:
    """Return how long a step may fail with such an *error*.

    404s count against `retry_for` even while reads succeed: a wrong branch_id makes every write 404.
    """
    return max(policy.retry_for, UNKNOWN_FOR) if isinstance(error, OrderMissing) else policy.retry_for
