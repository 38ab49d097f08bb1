"""Orders behind their confirmed stage: somebody may have moved them back, or a cache may have given an old answer."""

from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import Order, Reading
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped

RECHECK_BEHIND = MINUTE
"""An order behind its confirmed stage is read again after this time. It stops if the answers are known to be fresh."""
BEHIND_FOR = 10 * MINUTE
"""It stops after this time if the answers do not tell how old they are: a cache may repeat an old one."""
STALE_FOR = HOUR
"""For this long after the stage was confirmed, answers that are known to be older than that prove nothing."""


def is_stale(order: Order, reading: Reading) -> bool:
    """Tell whether *reading*, which is behind the confirmed stage, is known to be older than its confirmation.

    This has an end, because an answer may tell its age wrongly.
    """
    confirmed_at, as_of = order.staged_at or order.confirmed_at, reading.as_of
    if confirmed_at is None or as_of is None:
        return False
    return as_of < confirmed_at and reading.read_at - confirmed_at < STALE_FOR


def decide_behind(order: Order, reading: Reading) -> Later | Stopped:
    """Return when an order behind its confirmed stage is read again, or its stop. Nothing is written meanwhile."""
    shown = f"the platform shows {reading.status}"
    if is_stale(order, reading):
        return Later(reading.read_at + RECHECK_BEHIND, WaitReason.STALE_READ, shown)
    since = order.behind_at or reading.read_at
    is_fresh = reading.as_of is not None and reading.as_of >= (order.staged_at or order.confirmed_at or 0)
    ends_at = since + (RECHECK_BEHIND if is_fresh else BEHIND_FOR)
    if reading.read_at < ends_at:
        pause = max(RECHECK_BEHIND, reading.read_at - since)
        return Later(min(reading.read_at + pause, ends_at), WaitReason.MOVED_BACK, shown)
    detail = f"the platform shows {reading.status} after it had confirmed {order.stage}"
    return Stopped(StopReason.MOVED_BACK, detail)
