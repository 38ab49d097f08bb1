"""Traffic: how many stored deliveries each source has sent, by outcome and over time."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from worker.domain.instants import HOUR, Duration, Instant
from worker.domain.overview.silence import BURST, LEARNED_FROM, Burst, SourceActivity

LASTS: Duration = LEARNED_FROM
"""Traffic has the deliveries of this time, so that the habits of a source are known from it."""
HOURS = 24
"""How many hours a chart shows."""


@dataclass(frozen=True, slots=True)
class Hour:
    """The deliveries that were received in the hour from *start*, by outcome."""

    start: Instant
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Traffic:
    """The stored deliveries that were received in the time `LASTS` before *now*.

    *bursts* has them by source and outcome, and within these by their time, in units of `BURST`.
    """

    now: Instant
    bursts: Mapping[tuple[str, str], Mapping[int, Burst]] = field(default_factory=dict)

    def hours(self, source: str = "", hours: int = HOURS) -> tuple[Hour, ...]:
        """Return the last *hours*, the current one last, of *source* or of all sources."""
        first = self.now // HOUR - hours + 1
        counts = [Counter[str]() for _ in range(hours)]
        for outcome, burst in self._of(source):
            if 0 <= (index := burst.last // HOUR - first) < hours:
                counts[index][outcome] += burst.number
        return tuple(Hour((first + index) * HOUR, outcomes) for index, outcomes in enumerate(counts))

    def sums(self, since: Instant) -> dict[str, Counter[str]]:
        """Return how many deliveries each source has sent *since* then, by outcome; whole bursts count."""
        sums: dict[str, Counter[str]] = {}
        for (source, outcome), bursts in sorted(self.bursts.items()):
            number = sum(burst.number for burst in bursts.values() if burst.last >= since)
            if number:
                sums.setdefault(source, Counter())[outcome] += number
        return sums

    def activities(self, sources: Collection[str], last_at: Mapping[str, Instant]) -> tuple[SourceActivity, ...]:
        """Return when each of *sources* was heard of. *last_at* has when each was heard of last, ever."""
        return tuple(
            SourceActivity(source, last_at[source], self._bursts(source)) for source in sources if source in last_at
        )

    def _bursts(self, source: str) -> tuple[Burst, ...]:
        """Return the bursts of *source*, with all outcomes together, the oldest first."""
        merged: dict[int, Burst] = {}
        for _, burst in self._of(source):
            key = burst.first // BURST
            merged[key] = merged_bursts(merged[key], burst) if key in merged else burst
        return tuple(merged[key] for key in sorted(merged))

    def _of(self, source: str) -> Iterator[tuple[str, Burst]]:
        for (name, outcome), bursts in self.bursts.items():
            if source in {"", name}:
                for burst in bursts.values():
                    yield outcome, burst


def merged_bursts(one: Burst, other: Burst) -> Burst:
    """Return two bursts of the same time as one."""
    return Burst(min(one.first, other.first), max(one.last, other.last), one.number + other.number)
