"""Figures: counts of what is in the database, at one instant."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Hold
from worker.domain.overview.watch import LastScan
from worker.domain.reasons import Discrepancy
from worker.domain.refusals import RefusalCount


class OrderGroup(NamedTuple):
    """The values by which orders are counted. *stage*, *closed* and *stop* are empty where there is none."""

    account: str
    stage: str
    closed: str
    stop: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts that the metrics show."""

    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By (source, outcome), including deliveries that are counted and not stored."""
    events: Mapping[str, int] = field(default_factory=dict)
    """By result."""
    orders: Mapping[OrderGroup, int] = field(default_factory=dict)
    writes: Mapping[str, int] = field(default_factory=dict)
    """By outcome."""
    holds: tuple[Hold, ...] = ()
    due: int = 0
    """How many orders are due now."""
    oldest_due: Duration = 0
    """How long the order that is due longest has been due."""
    workers: int = 0
    """How many workers run."""
    discrepancies: Mapping[Discrepancy, int] = field(default_factory=dict)
    """Of the last minute."""
    now: Instant = 0
    scans: Mapping[str, LastScan] = field(default_factory=dict)
    """By account."""
    late: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By (account, stage), of the accounts and stages that have a limit."""
    last_deliveries: Mapping[str, Instant] = field(default_factory=dict)
    """When the last stored delivery of each source was received."""
    kept: tuple["KeptDeliveries", ...] = ()
    """Of each source and outcome of which something was ever kept."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether the tables agree, at one instant. The sums of *deliveries* and *events* are their totals.

    *discrepancies* has every `Discrepancy`; all are 0 in a good database. *forgotten* names orders that have something
    left to do and that no worker will reconcile, at most `MAX_FORGOTTEN` of them. *is_partial*: older rows were not
    read, except open orders.
    """

    deliveries: Mapping[str, int] = field(default_factory=dict)
    """By outcome."""
    events: Mapping[str, int] = field(default_factory=dict)
    """By result."""
    discrepancies: Mapping[Discrepancy, int] = field(default_factory=dict)
    forgotten: tuple[OrderKey, ...] = ()
    is_partial: bool = False

    def plus(self, other: "Integrity") -> "Integrity":
        """Return what was found in two parts of the rows together."""
        return Integrity(
            Counter(self.deliveries) + Counter(other.deliveries),
            Counter(self.events) + Counter(other.events),
            {name: self.discrepancies.get(name, 0) + other.discrepancies.get(name, 0) for name in Discrepancy},
            (*self.forgotten, *other.forgotten)[:MAX_FORGOTTEN],
            self.is_partial or other.is_partial,
        )


MAX_FORGOTTEN = 100
"""How many forgotten orders are named. If there are more, they have the same cause."""


MAX_NAMED_ORDERS = 5
"""How many orders a backlog names. The commands list all of them."""
MAX_DETAILS = 3
"""How many details a backlog names. `orders list --by cause` lists all of them."""


class BacklogKind(StrEnum):
    """The kinds of things that wait for a person or a worker."""

    STOPPED = "stopped"
    """Orders that need a person."""
    HELD = "held"
    """Accounts that wait."""
    DUE = "due"
    """Orders that a worker should reconcile now."""
    LEASE = "lease"
    """Leases that ended without a result."""
    UNCERTAIN = "uncertain"
    """Writes without an answer."""
    PENDING = "pending"
    """Events without a result."""
    QUARANTINED = "quarantined"
    """Deliveries that could not be used and were not replayed."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many things of one kind wait; the oldest waits since *oldest*. *reason* tells groups of one kind apart.

    Quarantined deliveries are divided by *source* as well; it is empty for all other kinds. *some* are the orders that
    have waited longest, at most `MAX_NAMED_ORDERS`; empty for deliveries and accounts.
    """

    kind: BacklogKind
    reason: str
    count: int
    oldest: Instant
    source: str = ""
    some: tuple[OrderKey, ...] = field(default=(), compare=False)
    """Names for people: backlogs are told apart without them."""
    details: tuple[tuple[str, int], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class UnknownWords:
    """The deliveries of one source that are quarantined as `unknown_event`; the oldest waits since *oldest*.

    *words* are some of the words that are not known, with their counts, the most frequent first.
    """

    source: str
    count: int
    oldest: Instant
    words: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refused requests of a source, by what was wrong; or those to paths that name no *source*, which is empty.

    *last_stored_at* is when its last authentic delivery was stored. *is_all*: no authentic request of it is known.
    """

    source: str
    counts: tuple[RefusalCount, ...]
    last_stored_at: Instant | None = None
    is_all: bool = False

    @property
    def last_at(self) -> Instant:
        """When the last request was refused."""
        return max(count.last_at for count in self.counts)


@dataclass(frozen=True, slots=True)
class KeptDeliveries:
    """What is kept of the deliveries of a source that moved no order, with one outcome, and how many were deleted.

    *bytes* are those of their bodies as they are stored. *evicted* were deleted because there were too many, or with
    too many bytes; the last one at *evicted_at*.
    """

    source: str
    outcome: str
    deliveries: int
    bytes: int
    evicted: int = 0
    evicted_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class FarAhead:
    """How many orders have something that happened, and more than a day from now. *some* are as in `Backlog`."""

    count: int
    some: tuple[OrderKey, ...]


@dataclass(frozen=True, slots=True)
class UnknownOrders:
    """The orders that *source* was the first to name and that the platform has never shown.

    There are those that are *searched* for, and *all*, with those whose search has stopped. What an operator has closed
    does not count.
    """

    source: str
    searched: int
    all: int


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the database that `doctor` judges.

    *unknown_words* has the words of the deliveries that are quarantined as `unknown_event`. *refusals* is by source.
    """

    now: Instant
    backlogs: tuple[Backlog, ...] = ()
    integrity: Integrity | None = None
    """None: the database could not tell in time."""
    unknown_words: tuple[UnknownWords, ...] = ()
    refusals: tuple[Refusals, ...] = ()
    last_stored_at: Instant | None = None
    """When the last delivery of any source was stored; None if none is kept."""
    far_ahead: FarAhead | None = None
    """None: there are no such orders."""
    kept: tuple[KeptDeliveries, ...] = ()
    unknown_orders: tuple[UnknownOrders, ...] = ()
