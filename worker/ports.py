"""What the use cases need from outside, on one page. Adapters stand beside; `wiring` joins them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.domain.errors import ApiError
from worker.domain.events import Event, EventEnd, Recorded
from worker.domain.orders import Order, OrderKey, Place, Reading, Reference, Step, TurnEnd

Update = Mapping[str, object]
"""The fields of one write, as the platform names them; JSON values."""
CALLS_TO_FIND = 3
"""What a search for one order may cost: it is not followed any further."""


class OrderApi(Protocol):
    """One account at one platform. Every call has a deadline and raises only `ApiError`s."""

    deadline: int
    """No call takes longer than this many microseconds."""

    def read(self, order_id: str) -> Reading:
        """Return what the platform shows of the order now."""

    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        """Return the fields that ask for *step*; *noted* adds our line to the notes that were read."""

    def write(self, order_id: str, update: Update) -> Reading:
        """Send *update* once, and return what the answer shows of the order."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders that the platform shows with exactly this number, or tracking number.

        Two are as good as more: an order is found when there is one. It takes `CALLS_TO_FIND` calls at most.
        """

    def probe(self) -> None:
        """Read something harmless, to learn whether the account's credentials are good."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One order under its lease: what was known of it at *taken_at*, and all of its events.

    *row* is the journal's own number of the order, *walked* maps each place that was asked for, and
    not refused, to the newest revision at which it was.
    """

    row: int
    token: str
    taken_at: int
    lease_until: int
    order: Order
    events: tuple[Recorded, ...]
    walked: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that the journal knows of before it is sent; the lease was renewed for it."""

    id: int
    sent_at: int
    lease_until: int


@dataclass(frozen=True, slots=True)
class Answer:
    """How an announced write ended: `confirmed`, `off_the_road`, `failed`, `uncertain` or `not_sent`.

    *order* is what is known of the order since then, and *failure* what went wrong.
    """

    intent: Intent
    order: Order
    outcome: str
    failure: ApiError | None = None


class Turns(Protocol):
    """The journal, as a turn uses it. A turn that has lost its lease changes nothing here."""

    def take(self, key: OrderKey, lease_for: int) -> Turn | None:
        """Lease the order for *lease_for* microseconds; None unless it is due."""

    def intend(
        self, turn: Turn, step: Step, update: Update, lease_for: int, answer: Answer | None = None
    ) -> Intent | None:
        """Renew the lease and record that *update* is about to be sent; *answer* is that of the write before it.

        None when the lease is lost, news has come in, or the account is held: then nothing may be sent. The answer
        is recorded all the same, unless the lease is lost.
        """

    def answered(self, turn: Turn, answer: Answer) -> bool:
        """Record how a write ended, when neither another one nor the turn's end follows at once.

        False when the lease is lost.
        """

    def known_as(self, key: OrderKey) -> Sequence[str]:
        """Return the ids of the orders, two at most, that the journal knows by the reference which *key* holds."""

    def attach(self, turn: Turn, order_id: str) -> bool | None:
        """End the turn of a reference: all of its news is that of *order_id* from here on, which is due.

        Nothing is left of the reference itself. False when the order cannot take so many events more, None when the
        lease is lost: then nothing was changed.
        """

    def release(
        self, turn: Turn, order: Order, end: TurnEnd, ends: Mapping[int, EventEnd], answer: Answer | None = None
    ) -> bool | None:
        """End the turn in one statement; True when news came in meanwhile and the order is due again.

        *answer* is that of its last write. A reference does not stop over news that came in meanwhile. None when the
        lease is lost: then the turn has no end, and nothing of it was written.
        """


class Holds(Protocol):
    """Whole accounts that wait. One row per account and reason."""

    def hold(self, account: str, reason: str, lasts: int | None, detail: str = "") -> None:
        """Let the account wait for *lasts* microseconds, or until a probe lifts the hold; the later end wins."""

    def lift(self, account: str, reason: str) -> None:
        """Lift this one hold; the time it took does not count against the orders' patience."""

    def claim(self, name: str, lasts: int) -> bool:
        """Take the turn named *name* for *lasts* microseconds; False while somebody else has it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic webhook request, as the journal keeps it.

    *events* is what was read from it; *unusable* is the quarantine's reason word where nothing could
    be read. *keep_once* names a delivery that must not be stored twice (stale ones).
    """

    source: str
    received_at: int
    body: bytes
    events: tuple[Event, ...] = ()
    unusable: str = ""
    detail: str = ""
    keep_once: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: its outcome word, and the orders to nudge."""

    outcome: str
    delivery_id: int | None
    event_id: int | None = None
    reason: str = ""
    nudges: tuple[OrderKey, ...] = ()


class Intake(Protocol):
    """The journal, as the receiver uses it."""

    def now(self) -> int:
        """The journal's clock, in microseconds since the epoch."""

    def write(self, delivery: Delivery) -> Receipt:
        """Write the delivery and its events down, durably, before returning.

        Raises `JournalUnavailable` within five seconds when the database cannot take it.
        """

    def tally(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add to the counts, by (source, outcome), of deliveries that are not stored."""


class Allowances(Protocol):
    """What the accounts have spent of their call limits; all workers share it."""

    def spend(self, account: str, calls: int, per_minute: int) -> int:
        """Take *calls* out of the account's allowance of *per_minute*, all or none.

        Returns how long to wait, in microseconds, before it is worth asking again; 0 when they were taken.
        """

    def give_back(self, account: str, calls: int, age: int, per_minute: int) -> None:
        """Put *calls* that were taken *age* microseconds ago back, as far as they have not come back by themselves."""


class Nudge(Protocol):
    """Asks for a turn. Never waits and never fails: a nudge that is lost is found by the tick."""

    def __call__(self, keys: Sequence[OrderKey]) -> None: ...
