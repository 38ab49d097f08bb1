"""Orders: the road, what a read of the platform shows, and what we remember of an order.

Instants are microseconds by the journal's clock, durations are microseconds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from worker.domain.instants import HOUR, MINUTE


class Place(StrEnum):
    """A position on the road, in the only order in which it can be reached."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"


class Ending(StrEnum):
    """Where an order leaves the road: nothing is written to it any more."""

    CANCELLED = "cancelled"
    REFUNDED = "refunded"


ROAD = tuple(Place)

Standing = Place | Ending | None
"""What a platform's status means to us; None is a status that we do not know."""


class Reference(NamedTuple):
    """What somebody knows of an order who does not know its id: its `number`, or the `tracking` number of a parcel."""

    kind: Literal["number", "tracking"]
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def words(self) -> str:
        """The reference as people say it."""
        return f"number {self.value}" if self.kind == "number" else f"tracking number {self.value}"


class OrderKey(NamedTuple):
    """One order: the same id in two accounts is two orders.

    In place of an id, which never holds a colon, may stand the text of a `Reference`: an order that is still to be
    looked for.
    """

    account: str
    order_id: str

    @property
    def reference(self) -> Reference | None:
        """What is known of the order in place of its id; None when it is known by its id."""
        kind, colon, value = self.order_id.partition(":")
        return Reference("number" if kind == "number" else "tracking", value) if colon else None

    def __str__(self) -> str:
        return f"{self.account}/{self.order_id}"


def has_reached(place: Place, goal: Place) -> bool:
    """Tell whether *place* is *goal* or lies beyond it."""
    return ROAD.index(place) >= ROAD.index(goal)


def steps_ahead(place: Place, goal: Place) -> tuple[Place, ...]:
    """Name the places still to reach from *place* to *goal*, in order; none when *goal* is behind.

    Couriers skip scans and the order APIs take one step at a time: an order walks and never jumps.
    """
    return ROAD[ROAD.index(place) + 1 : ROAD.index(goal) + 1]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the platform showed of one order, in one answer.

    *status* is the platform's own word, *read_at* the instant at which the call began. *paid*, *notes*
    and *tracking* are None, all other texts are empty when the platform did not say.
    """

    status: str
    standing: Standing
    read_at: int
    paid: bool | None = None
    notes: str | None = ""
    shipping_date: str = ""
    delivery_date: str = ""
    tracking: str | None = ""
    tracking_url: str = ""
    number: str = ""
    """What people call the order."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the journal remembers of one order.

    Nothing in here justifies a write: only a reading of the same turn does.
    """

    key: OrderKey
    revision: int = 0
    """Counts the news; a turn that read revision n has considered all events up to n."""
    seen_revision: int = 0
    place: Place | None = None
    """The place last confirmed by the platform; None before the first read."""
    status: str = ""
    """The platform's own word at the last read."""
    read_at: int | None = None
    confirmed_at: int | None = None
    delivered_at: int | None = None
    """When a read first showed the order delivered; completion counts from here."""
    closed: Ending | Place | None = None
    """Why the order needs nobody any more: completed, cancelled or refunded."""
    closed_revision: int = 0
    """The revision known when the order was first seen closed."""
    acknowledged: int = 0
    """Alarms up to this revision were released by an operator."""
    sending: Place | None = None
    """A step that was sent, or was about to be, and whose answer nobody has: uncertain."""
    sent_at: int | None = None
    uncertain_at: int | None = None
    """When the last uncertain write was sent: it may still be applied until `settle` has passed."""
    behind_at: int | None = None
    """When a read first showed the order behind our confirmed place."""
    failing_since: int | None = None
    failures: int = 0
    conflicts: int = 0
    missing_since: int | None = None
    """When the platform first answered that it does not know the order."""
    number: str = ""
    """What people call the order, by the platform's last word on it."""
    unread: bool = False
    """A read is owed: the last turn wanted one and could not, or left the order anywhere but at rest."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How one account wants its orders moved."""

    accept: str = "paid"
    """`paid`, `always` or `manual`: when a pending order is accepted without anybody's word."""
    complete_after: int = 0
    """How long after a read first showed an order delivered it is completed."""
    retry_for: int = 72 * HOUR
    """How long one step may fail before a person is asked."""
    settle: int = 2 * MINUTE
    """How long a write without an answer may still be applied."""
    dry_run: bool = False
    """Decide, and write nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next place to ask for, and what it rests on.

    *evidence_at* is when that happened; *inferred* says that no event named this place, it follows
    from a later one. *tracking* lists the parcels known, as (number, URL). *completes*: completion follows at once, so
    that a platform which has no status for it can record both in one write.
    """

    place: Place
    evidence_at: int
    inferred: bool = False
    tracking: tuple[tuple[str, str], ...] = ()
    completes: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The order is settled: at its target, or closed."""


@dataclass(frozen=True, slots=True)
class Later:
    """Look again at *due*; *reason* is one word, *detail* a sentence for people.

    News brings the look forward, unless the wait is *firm*: a back-off.
    """

    due: int
    reason: str
    detail: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person is needed; *reason* is one word, *detail* a sentence for people."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The whole account waits; *reason* is the hold's word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The lease ran out before the turn did: nothing more was sent or written, and the order has another turn."""


@dataclass(frozen=True, slots=True)
class Found:
    """An order that was known by a reference only is *order*, which has all its news."""

    order: OrderKey


TurnEnd = Done | Later | Stopped | Held
