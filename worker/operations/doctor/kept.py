"""Judges for `doctor` whether deliveries that nobody could use were deleted, because too many came. Pure."""

from collections.abc import Iterator

from worker.domain.instants import DAY, Instant
from worker.domain.overview.figures import Health, KeptDeliveries
from worker.domain.reasons import DeliveryOutcome
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.instants import ago
from worker.operations.phrases import counted

_NAME = "deleted deliveries"
_MEGABYTE = 1_000_000
REPORTED_FOR = 7 * DAY
"""How long a deletion is reported. The metrics have the sum since the first one."""


def judge_kept(health: Health) -> Iterator[Check]:
    """Yield a warning for each source and outcome of which deliveries were deleted lately, or one check that is OK.

    Deleted duplicates are not reported: each was a repetition of an event that the database has.
    """
    lost = [kept for kept in health.kept if _was_lost_lately(kept, health.now)]
    if not lost:
        yield Check(_NAME, Verdict.OK, "No delivery was deleted lately because too many were kept.")
    yield from (_judge(kept, health.now) for kept in lost)


def _was_lost_lately(kept: KeptDeliveries, now: Instant) -> bool:
    is_recent = kept.evicted_at is not None and now - kept.evicted_at < REPORTED_FOR
    return is_recent and kept.outcome != DeliveryOutcome.DUPLICATE


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:.1f} MB" if count >= _MEGABYTE else f"{count / 1_000:.1f} kB"


def _judge(kept: KeptDeliveries, now: Instant) -> Check:
    deleted = counted(kept.evicted, f"{kept.outcome} delivery was", f"{kept.outcome} deliveries were")
    last = f", the last one {ago(kept.evicted_at, now)}" if kept.evicted_at is not None else ""
    return Check(
        _NAME,
        Verdict.WARN,
        f"{deleted} deleted since the first one{last}, from {kept.source}: more came than are kept."
        f" {counted(kept.deliveries, 'is', 'are')} kept, with {_size(kept.bytes)}.",
        f"See what it sends: `fulfillment deliveries list --source {kept.source} --outcome {kept.outcome}`. If somebody"
        " else has its secret, replace it. The source's settings max_kept and max_kept_bytes say how much is kept.",
    )
