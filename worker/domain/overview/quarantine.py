"""Quarantined deliveries that nobody has replayed, in groups with one cause."""

from dataclasses import dataclass

from worker.domain.instants import Instant


@dataclass(frozen=True, slots=True)
class Quarantined:
    """How many deliveries of *source* are quarantined for *reason*; the *oldest* was received then."""

    source: str
    reason: str
    count: int
    oldest: Instant
