"""How much is kept of what a source has sent and nobody could use: bounds, and what is deleted to keep them. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from worker.domain.reasons import DeliveryOutcome

BOUNDED_OUTCOMES = (DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE, DeliveryOutcome.DUPLICATE)
"""The outcomes of stored deliveries that move no order. A sender could make any number of them."""


class KeptKey(NamedTuple):
    """What is counted together: the deliveries of a source with one outcome."""

    source: str
    outcome: str


class Amount(NamedTuple):
    """A number of deliveries, and the bytes of their bodies as they are stored."""

    deliveries: int = 0
    bytes: int = 0

    def plus(self, other: "Amount") -> "Amount":
        """Return the sum."""
        return Amount(self.deliveries + other.deliveries, self.bytes + other.bytes)

    def minus(self, other: "Amount") -> "Amount":
        """Return the difference, which may be negative."""
        return Amount(self.deliveries - other.deliveries, self.bytes - other.bytes)


class KeptBounds(NamedTuple):
    """The most that is kept of one source, of each of `BOUNDED_OUTCOMES`: deliveries, and bytes of their bodies."""

    deliveries: int = 10_000
    bytes: int = 104_857_600

    def exceeded_by(self, kept: Amount) -> bool:
        """Tell whether *kept* is more than is allowed."""
        return kept.deliveries > self.deliveries or kept.bytes > self.bytes


class Candidate(NamedTuple):
    """A delivery that may be deleted: its row id, and the bytes of its body as it is stored."""

    id: int
    bytes: int


def to_evict(kept: Amount, bounds: KeptBounds, oldest_first: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield those of *oldest_first* that must go, so that *kept* is within *bounds*: no more than needed."""
    for candidate in oldest_first:
        if not bounds.exceeded_by(kept):
            return
        kept = kept.minus(Amount(1, candidate.bytes))
        yield candidate


def about_how_many(kept: Amount, bounds: KeptBounds) -> int:
    """Return about how many of the oldest deliveries must go, if their bodies are of the usual size; at least 1."""
    usual_bytes = max(1, kept.bytes // max(1, kept.deliveries))
    return max(1, kept.deliveries - bounds.deliveries, (kept.bytes - bounds.bytes) // usual_bytes + 1)
