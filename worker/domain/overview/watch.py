"""What is watched, although no event tells of it: scans that fail, late orders, and sources that fall silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.accounts.workers import SeenWorker, serving_since
from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.silence import SourceActivity


@dataclass(frozen=True, slots=True)
class LastScan:
    """The last scan of an account that has ended. *found* counts the orders that it made due, by what was found.

    *problem* says why it ended early, or what was odd about it. *complete_at* is when the last complete scan began,
    which may be an earlier one; None if there was none.
    """

    started_at: Instant
    finished_at: Instant
    pages: int = 0
    listed: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    complete_at: Instant | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it has read every list to its end."""
        return self.complete_at == self.started_at

    @property
    def lasted(self) -> Duration:
        """How long it took."""
        return self.finished_at - self.started_at


@dataclass(frozen=True, slots=True)
class LateOrders:
    """The late orders of an account at one stage: their *count*, and *some* of them, the longest at the stage first.

    The first of them has been at the stage since *since*.
    """

    account: str
    stage: str
    count: int
    since: Instant
    some: tuple[OrderKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """All that is watched, at *now*. *scans* is by account; an account without a scan is not in it.

    *workers* are those that make the scans.
    """

    now: Instant
    scans: Mapping[str, LastScan] = field(default_factory=dict)
    late: tuple[LateOrders, ...] = ()
    sources: tuple[SourceActivity, ...] = ()
    workers: tuple[SeenWorker, ...] = ()

    def served_since(self, account: str) -> Instant | None:
        """Return since when a worker that runs serves *account*; None without one."""
        return serving_since(account, self.workers, self.now)
