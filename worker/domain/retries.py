"""Retries: what a failed call means for its order. Values that decide, and do nothing else.

Instants are microseconds by the journal's clock; *now* and *chance*, in [0, 1), are handed in.
"""

from dataclasses import replace

from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import Later, Order, Policy, Stopped

BACKOFF_BASE = SECOND
BACKOFF_CAP = 10 * MINUTE
UNKNOWN_FOR = HOUR
"""The platform may tell us of an order before its own API knows it: an hour of patience."""
MAX_CONFLICTS = 3


def backoff(failures: int, chance: float) -> int:
    """How long to wait after the nth failure in a row, in microseconds: exponential, full jitter.

    The wait never exceeds ten minutes.
    """
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(failures, 32))
    return int(ceiling * chance)


def after(error: ApiError, order: Order, policy: Policy, now: int, chance: float) -> tuple[Order, Later | Stopped]:
    """Return *order* with the failure counted, and when to try again, or why not to.

    `Throttled` never comes here: it is the account's trouble, and no failure of the order.
    """
    match error:
        case Rejected():
            return order, Stopped(error.reason, str(error))
        case Conflict() if order.conflicts + 1 >= MAX_CONFLICTS:
            return order, Stopped(error.reason, str(error))
        case OrderMissing() if now - (order.missing_since or now) >= UNKNOWN_FOR:
            return order, Stopped(error.reason, str(error))
        case _ if now - (order.failing_since or now) >= _patience(error, policy):
            return order, Stopped("gave_up", f"the last answer was: {error}")
    counted = replace(
        order,
        failures=order.failures + 1,
        failing_since=order.failing_since or now,
        conflicts=order.conflicts + isinstance(error, Conflict),
        missing_since=(order.missing_since or now) if isinstance(error, OrderMissing) else order.missing_since,
    )
    return counted, Later(now + backoff(counted.failures, chance), error.reason, str(error), firm=True)


def _patience(error: ApiError, policy: Policy) -> int:
    """An order that reads well and is missing to every write ends, too: its branch, say, does not exist."""
    return max(policy.retry_for, UNKNOWN_FOR) if isinstance(error, OrderMissing) else policy.retry_for
