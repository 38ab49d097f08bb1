"""Figures: how much of what the database holds, at one instant."""

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
    """Counts of everything."""

    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By (source, outcome), with those that are counted and not stored."""
    events: Mapping[str, int] = field(default_factory=dict)
    """By result."""
    orders: Mapping[OrderGroup, int] = field(default_factory=dict)
    writes: Mapping[str, int] = field(default_factory=dict)
    """By outcome."""
    holds: tuple[Hold, ...] = ()
    due: int = 0
    oldest_due: Duration = 0
    """How long the oldest due order has been due."""


class BacklogKind(StrEnum):
    """What can wait for somebody."""

    STOPPED = "stopped"
    """Orders that need a person."""
    HELD = "held"
    """Accounts that wait."""
    DUE = "due"
    """Orders that a worker should take."""
    LEASE = "lease"
    """Leases that ended without a result."""
    UNCERTAIN = "uncertain"
    """Writes without an answer."""
    PENDING = "pending"
    """Events without a result."""
    QUARANTINED = "quarantined"
    """Deliveries that could not be used, and that nobody has replayed."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many things of one kind wait, and since when the oldest does. *reason* tells groups of one kind apart."""

    kind: BacklogKind
    reason: str
    count: int
    oldest: Instant


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` judges.

    *discrepancies* counts, by name, what only a defect of ours can have caused. *orphaned* has the orders without a due
    time of which something is open; the rules say whether they wait for events, or were forgotten.
    """

    now: Instant
    backlogs: tuple[Backlog, ...] = ()
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    orphaned: tuple[Snapshot, ...] = ()
