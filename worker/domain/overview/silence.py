"""Silence: whether a source has sent nothing for much longer than it usually does."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from worker.domain.instants import DAY, HOUR, MINUTE, Duration, Instant

LEARNED_FROM: Duration = 14 * DAY
"""The usual gap is the longest between two deliveries in this time: it has two nights of each day, and two weekends."""
BURST: Duration = 15 * MINUTE
"""Deliveries are looked at in bursts of this length, because shorter gaps never matter."""
MIN_DELIVERIES = 20
"""With fewer deliveries, nothing is known of a source's habits."""
FACTOR = 2
"""A source is silent after this many times its usual gap."""
FLOOR: Duration = HOUR
"""No source is silent before this time has passed."""


class Burst(NamedTuple):
    """Deliveries of one source within `BURST`: when the first and the last were received, and their *number*."""

    first: Instant
    last: Instant
    number: int


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """When a source was heard of: the last delivery ever, and the bursts within `LEARNED_FROM`, the oldest first."""

    source: str
    last_at: Instant
    bursts: Sequence[Burst] = ()

    @property
    def usual_gap(self) -> Duration | None:
        """The longest time between two deliveries; None when there are too few to tell."""
        if sum(burst.number for burst in self.bursts) < MIN_DELIVERIES:
            return None
        gaps = (after.first - before.last for before, after in pairwise(self.bursts))
        return max(gaps, default=0)

    @property
    def alarm_after(self) -> Duration | None:
        """How long the source may send nothing; None when nothing is known of its habits."""
        return None if self.usual_gap is None else max(FLOOR, FACTOR * self.usual_gap)

    def is_silent(self, now: Instant) -> bool:
        """Tell whether the source is silent for longer than usual."""
        return self.alarm_after is not None and now - self.last_at > self.alarm_after
