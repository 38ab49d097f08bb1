"""Figures: how much of what the journal holds, at one instant. Instants are microseconds by the journal's clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from worker.domain.snapshot import Hold, Snapshot


class OrderGroup(NamedTuple):
    """What orders are counted by; *place*, *closed* and *stop* are empty where there is none."""

    account: str
    place: str
    closed: str
    stop: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of everything. *oldest_due* is the longest that an order has been due, in microseconds.

    *deliveries* is by (source, outcome) and includes those that are counted and not kept, *events* is
    by end, *steps* by outcome.
    """

    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[OrderGroup, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    due: int = 0
    oldest_due: int = 0


@dataclass(frozen=True, slots=True)
class Pile:
    """Things of one kind that wait for somebody: how many, and since when the oldest does.

    *kind* is `stopped`, `held`, `due`, `pending`, `lease`, `uncertain` or `quarantined`; *reason* tells
    piles of one kind apart.
    """

    kind: str
    reason: str
    count: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` judges. *discrepancies* counts, by name, what can only be there by a fault of ours.

    *unattended* holds the orders that nobody will look at although something of them is open; the
    rules say whether something is left to do, or they await news.
    """

    now: int
    piles: tuple[Pile, ...] = ()
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    unattended: tuple[Snapshot, ...] = ()
