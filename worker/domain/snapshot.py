"""Snapshots: all that the journal knew of an order at one instant, for people to look at.

Instants are microseconds by the journal's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.events import Recorded
from worker.domain.orders import Order, Place

DISMISSED = "dismissed"
"""The remark of an operator who wants nobody to look for an order any more."""


class State(StrEnum):
    """Whom or what an order waits for; exactly one at a time."""

    STOPPED = "stopped"
    LEASED = "leased"
    CLOSED = "closed"
    SETTLED = "settled"
    HELD = "held"
    DUE = "due"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Hold:
    """A whole account waits for *reason*; until *until*, or None: until somebody lifts the hold."""

    account: str
    reason: str
    since: int
    until: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order and its schedule.

    *held* lists the holds of its account that count at the time of the reading.
    """

    order: Order
    first_seen_at: int
    updated_at: int
    lease_until: int | None = None
    due: int | None = None
    not_before: int | None = None
    waiting: str = ""
    waiting_detail: str = ""
    stop: str = ""
    stop_detail: str = ""
    stopped_at: int | None = None
    held: tuple[Hold, ...] = ()

    def state(self, now: int) -> State:
        """Tell whom or what the order waits for at *now*."""
        if self.stop:
            return State.STOPPED
        if self.lease_until is not None and self.lease_until > now:
            return State.LEASED
        if self.due is None:
            return State.CLOSED if self.order.closed else State.SETTLED
        if self.held:
            return State.HELD
        return State.DUE if self.due <= now else State.WAITING


@dataclass(frozen=True, slots=True)
class News:
    """One event of an order, the delivery that brought it, when it ended, and how it named the order, if not by id."""

    recorded: Recorded
    delivery: int | None = None
    ended_at: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One write to the platform: what was sent, when, by which turn, and what came back."""

    place: Place
    update: Mapping[str, object]
    sent_at: int
    turn: str = ""
    inferred: bool = False
    answered_at: int | None = None
    outcome: str = "sent"
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What happened to an order besides news and writes: a stop, a release, a closing."""

    at: int
    word: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One order, everything that happened to it, and the instant at which it was looked at."""

    now: int
    row: OrderRow
    news: tuple[News, ...] = ()
    sent: tuple[Sent, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def order(self) -> Order:
        """What the journal remembers of the order."""
        return self.row.order

    @property
    def events(self) -> tuple[Recorded, ...]:
        """All events of the order, in the order in which they were written."""
        return tuple(news.recorded for news in self.news)

    @property
    def state(self) -> State:
        """Whom or what the order waits for."""
        return self.row.state(self.now)
