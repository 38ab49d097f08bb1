"""What the use cases need from outside, on one page. Instants and durations are microseconds.

The adapters are in `store`, `order_api` and `queue`; the wiring modules join them to the use cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, TypeAlias

from worker.domain.errors import ApiError
from worker.domain.events import Event, EventResult, RecordedEvent
from worker.domain.instants import Duration, Instant
from worker.domain.orders import Order, OrderKey, Reading, Reference
from worker.domain.reasons import DeliveryOutcome, HoldReason, QuarantineReason, WriteOutcome
from worker.domain.results import Result, Step
from worker.domain.stages import Stage

Update: TypeAlias = Mapping[str, object]
"""The fields of one write, named as the platform names them; the values are JSON values."""
CALLS_TO_FIND = 3
"""How many calls a search for one order may take."""


class OrderApi(Protocol):
    """One account at one platform. Every call has a deadline and raises only `ApiError`s."""

    deadline: Duration
    """The longest time that a call takes."""

    def read(self, order_id: str) -> Reading:
        """Return what the platform shows of the order now."""

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields that ask for *step*. *with_note*: add our line to the notes of *reading*."""

    def write(self, order_id: str, update: Update) -> Reading:
        """Send *update* once, and return what the answer shows of the order."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders that the platform shows with exactly this number or tracking number.

        Two ids are enough to know that the reference is ambiguous. It takes at most `CALLS_TO_FIND` calls.
        """

    def probe(self) -> None:
        """Read something harmless, to learn whether the account's credentials are good."""


@dataclass(frozen=True, slots=True)
class LeasedOrder:
    """One order under its lease: what the database knew of it at *leased_at*, and all of its events.

    *row_id* is the id of its row. *requested* maps each stage that we asked the platform for, and that was not refused,
    to the newest revision at which we did.
    """

    row_id: int
    token: str
    leased_at: Instant
    lease_until: Instant
    order: Order
    events: tuple[RecordedEvent, ...]
    requested: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class AnnouncedWrite:
    """A write that the database knows of before it is sent. The lease was renewed for it."""

    id: int
    sent_at: Instant
    lease_until: Instant


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How an announced write ended. *order* is the order after it, *failure* the error of a failed write."""

    announced: AnnouncedWrite
    order: Order
    outcome: WriteOutcome
    failure: ApiError | None = None


class Attached(Enum):
    """What became of an attempt to give the events of a reference to an order."""

    DONE = auto()
    """The order has the events and is due; the reference is gone."""
    FULL = auto()
    """The order has no capacity for so many more events; nothing was changed."""
    OVERTAKEN = auto()
    """The lease, or the stop that the operator saw, is gone; nothing was changed."""


class Finished(Enum):
    """What became of the order when a reconciliation ended."""

    RESTS = auto()
    """The order is as the result says."""
    HAS_NEW_EVENTS = auto()
    """Events came in during the reconciliation: the order is due again."""
    LEASE_LOST = auto()
    """Nothing was written: another worker may have the order."""


class OrderStore(Protocol):
    """The database, as a reconciliation uses it. A reconciliation that has lost its lease changes nothing here."""

    def lease(self, key: OrderKey, lease_for: Duration) -> LeasedOrder | None:
        """Lease the order for *lease_for*; None unless it is due."""

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None = None
    ) -> AnnouncedWrite | None:
        """Renew the lease and record that *update* is about to be sent. *earlier* is the result of the write before it.

        None when the lease is lost, events have come in, or the account is held: then nothing may be sent. *earlier* is
        recorded all the same, unless the lease is lost.
        """

    def record_answer(self, leased: LeasedOrder, result: WriteResult) -> bool:
        """Record the result of a write that neither another write nor the end follows at once.

        False when the lease is lost.
        """

    def known_as(self, key: OrderKey) -> Sequence[str]:
        """Return the ids of the orders, at most two, that the database knows by the reference in *key*."""

    def attach(self, leased: LeasedOrder, order_id: str) -> Attached:
        """Give all events of the leased reference to the order *order_id*, make it due, and delete the reference."""

    def finish(
        self,
        leased: LeasedOrder,
        order: Order,
        result: Result,
        event_results: Mapping[int, EventResult],
        last_write: WriteResult | None = None,
    ) -> Finished:
        """End the reconciliation in one statement: clear the lease, and record *order*, *result* and *event_results*.

        *last_write* is the result of its last write. A reference does not stop when events came in meanwhile.
        """


class Holds(Protocol):
    """Whole accounts that wait. One row for each account and reason."""

    def hold(self, account: str, reason: HoldReason, lasts: Duration | None, detail: str = "") -> None:
        """Hold the account for *lasts*, or until a probe lifts the hold. Of two ends, the later one counts."""

    def lift(self, account: str, reason: HoldReason) -> None:
        """Lift this one hold. The time that it took does not count against `retry_for` of the account's orders."""


class Locks(Protocol):
    """Locks for what only one worker should do. They end by themselves."""

    def acquire(self, name: str, lasts: Duration) -> bool:
        """Take the lock *name* for *lasts*; False while somebody else has it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic webhook request, as the database keeps it.

    *events* is what was read from it, *unusable* why nothing could be read. *keep_once* names a delivery that must not
    be stored twice (stale ones).
    """

    source: str
    received_at: Instant
    body: bytes
    events: tuple[Event, ...] = ()
    unusable: QuarantineReason | None = None
    detail: str = ""
    keep_once: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery, and the orders that are due because of it."""

    outcome: DeliveryOutcome
    delivery_id: int | None
    event_id: int | None = None
    reason: QuarantineReason | None = None
    wake_ups: tuple[OrderKey, ...] = ()


class Intake(Protocol):
    """The database, as the receiver uses it."""

    def now(self) -> Instant:
        """Return the time of the database's clock."""

    def write(self, delivery: Delivery) -> Receipt:
        """Write the delivery and its events, durably, before returning.

        Raises `StoreUnavailable` within five seconds when the database cannot take it.
        """

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add to the counters, by (source, outcome), of deliveries that are not stored."""


class CallLimits(Protocol):
    """How many calls the accounts may still make. All workers share it."""

    def acquire(self, account: str, calls: int, per_minute: int) -> Duration:
        """Take *calls* out of the account's limit of *per_minute*: all of them or none.

        Returns 0 when they were taken, else how long to wait before asking again is useful.
        """

    def give_back(self, account: str, calls: int, age: Duration, per_minute: int) -> None:
        """Give back *calls* that were taken *age* ago and not made, except those that time has given back."""


class WakeUps(Protocol):
    """Celery messages that say "reconcile this order". They may be lost: the scheduler finds what is due."""

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        """Ask for a reconciliation of each order. Never waits and never fails."""
