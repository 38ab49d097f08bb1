"""How long orders wait: from the 2xx for an event to the platform's confirmation of its stage."""

from collections.abc import Collection
from dataclasses import dataclass

from worker.domain.instants import Duration

_P50, _P95 = 50, 95


@dataclass(frozen=True, slots=True)
class Confirmations:
    """The last *count* confirmations: half of them came within *p50*, and 95 of 100 within *p95*."""

    count: int
    p50: Duration
    p95: Duration


def summarized(durations: Collection[Duration]) -> Confirmations | None:
    """Return the summary of *durations*, one for each confirmation; None if there is none.

    A confirmation may seem to come before its 2xx, because the two clocks differ: that counts as no time.
    """
    if not durations:
        return None
    ordered = sorted(max(0, duration) for duration in durations)
    return Confirmations(len(ordered), _percentile(ordered, _P50), _percentile(ordered, _P95))


def _percentile(ordered: list[Duration], percent: int) -> Duration:
    """Return the least of *ordered* that *percent* of them do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
