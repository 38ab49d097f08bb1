"""The policy of an account: when its orders are accepted and completed, and how long their steps may fail."""

from dataclasses import dataclass

from worker.domain.instants import HOUR, MINUTE, Duration
from worker.domain.reasons import Accept


@dataclass(frozen=True, slots=True)
class Policy:
    """The part of an account's settings that the rules read."""

    accept: Accept = Accept.PAID
    complete_after: Duration = 0
    """An order is completed this long after a read first showed it delivered."""
    retry_for: Duration = 72 * HOUR
    """One step may fail for this long; then the order stops."""
    settle: Duration = 2 * MINUTE
    """For this long, the platform may still apply a write that it has not answered."""
    dry_run: bool = False
    """Steps are decided, and no write is sent."""
    ship_within: Duration | None = None
    """An accepted order is late after this time; None: never."""
    deliver_within: Duration | None = None
    """A shipped order is late after this time; None: never."""
