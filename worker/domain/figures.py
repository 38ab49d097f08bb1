"""Figures: counts of what is in the database, at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from worker.domain.instants import Duration, Instant
from worker.domain.snapshot import Hold, Snapshot


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

    Quarantined deliveries are divided by *source* as well; it is empty for all other kinds.
    """

    kind: BacklogKind
    reason: str
    count: int
    oldest: Instant
    source: str = ""


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
    """How many requests of a source were refused. *is_all*: the database knows no authentic request of the source."""

    source: str
    count: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the database that `doctor` judges.

    *discrepancies* counts, by name, rows that only a defect of the program can have caused. *orphaned* has the orders
    that have something open and no due time. The rules say whether such an order waits for events, or was forgotten.
    *unknown_words* has the words of the deliveries that are quarantined as `unknown_event`. *refusals* is by source.
    """

    now: Instant
    backlogs: tuple[Backlog, ...] = ()
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    orphaned: tuple[Snapshot, ...] = ()
    unknown_words: tuple[UnknownWords, ...] = ()
    refusals: tuple[Refusals, ...] = ()
