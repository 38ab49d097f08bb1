"""The ports: what the use cases need from outside, on one page. Instants and durations are microseconds.

The adapters are in `store`, `order_api` and `queue`; the wiring modules hand them to the use cases. Every method that
the database answers raises `StoreUnavailable` when the database does not answer in time.
"""

from collections.abc import Collection, Mapping, Sequence
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
"""The fields of one write, by the platform's names; the values are JSON values."""
CALLS_TO_FIND = 3
"""How many calls a search for one order may take."""


class OrderApi(Protocol):
    """One account at one platform. Every call has a deadline and raises only `ApiError`s."""

    deadline: Duration
    """The longest time that a call takes."""

    def read(self, order_id: str) -> Reading:
        """Return the order as the platform shows it now."""

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields of the write for *step*. *with_note* adds a line of ours to the notes of *reading*."""

    def write(self, order_id: str, update: Update) -> Reading:
        """Send *update* once, and return the order as the answer shows it."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders that the platform shows with exactly this number or tracking number.

        Two ids are enough, because they prove that the reference is ambiguous. At most `CALLS_TO_FIND` calls are made;
        none for a `shipment`, which no platform knows.
        """

    def probe(self) -> None:
        """Make one harmless read. Raises `Unauthorized` when the platform refuses the account's credentials."""


@dataclass(frozen=True, slots=True)
class LeasedOrder:
    """One order under its lease, as the database had it at *leased_at*, with all of its events.

    *row_id* is the id of its row. *requested* maps each stage that we asked the platform for to the newest revision at
    which we did; refused writes do not count.
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
    """A write that was recorded before it is sent, at *sent_at*. The lease was renewed for it."""

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
    """The outcome of an attempt to give the events of a reference to an order."""

    DONE = auto()
    """The order has the events and is due; the reference is deleted."""
    FULL = auto()
    """The order would have too many events; nothing was changed."""
    OVERTAKEN = auto()
    """The lease has ended, or the stop that the operator saw was lifted; nothing was changed."""


class Removed(Enum):
    """The outcome of an attempt to remove a parcel of an order."""

    DONE = auto()
    """The events are deleted, and the order is due."""
    WITH_ORDER = auto()
    """The events are deleted, and the order with them, because nothing else is known of it."""
    OVERTAKEN = auto()
    """The order has a newer event, or a worker reconciles it; nothing was changed."""


class Finished(Enum):
    """The state of an order after the end of its reconciliation."""

    RESTS = auto()
    """No event came in: the result holds."""
    HAS_NEW_EVENTS = auto()
    """Events came in during the reconciliation: the order is due again."""
    LEASE_LOST = auto()
    """Nothing was written, because another worker may have the order."""


class OrderStore(Protocol):
    """The database, as a reconciliation uses it. After its lease has ended, a reconciliation changes nothing here."""

    def lease(self, key: OrderKey, lease_for: Duration) -> LeasedOrder | None:
        """Lease the order for *lease_for*. Returns None unless it is due."""

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None = None
    ) -> AnnouncedWrite | None:
        """Renew the lease, and record that *update* is about to be sent.

        Returns None when the lease is lost, events have come in, or the account is held: then nothing may be sent.
        *earlier* is the result of the write before it, and is recorded even then, unless the lease is lost.
        """

    def record_answer(self, leased: LeasedOrder, result: WriteResult) -> bool:
        """Record the result of a write. Returns False when the lease is lost.

        It is for a write that a read follows: `announce` and `finish` record the result of the write before them.
        """

    def known_as(self, account: str, references: Collection[Reference]) -> Sequence[str]:
        """Return the ids of the orders, at most two, that the database knows by any of *references*.

        By a tracking number or a shipment id, it knows the orders that have an event with it.
        """

    def attach(self, leased: LeasedOrder, order_id: str, *, by_parcel: bool = False) -> Attached:
        """Give all events of the leased reference to the order *order_id*, make it due, and delete the reference.

        The order gets the reference's number as its own, unless it was found only *by_parcel*. References that wait for
        a parcel of these events are due, too.
        """

    def finish(
        self,
        leased: LeasedOrder,
        order: Order,
        result: Result,
        event_results: Mapping[int, EventResult],
        last_write: WriteResult | None = None,
    ) -> Finished:
        """End the reconciliation in one transaction: clear the lease, and record *order*, *result* and *event_results*.

        *event_results* are by event id. *last_write* is the result of the last write, if it is not recorded yet. A
        reference does not stop when events came in meanwhile.
        """


class Holds(Protocol):
    """Holds: whole accounts that wait. An account has at most one hold for each reason."""

    def hold(self, account: str, reason: HoldReason, lasts: Duration | None, detail: str = "") -> None:
        """Hold the account for *lasts*, or until `lift` when that is None.

        If the account is held for *reason* already, the later end counts.
        """

    def lift(self, account: str, reason: HoldReason) -> None:
        """Lift this one hold. The time that it lasted does not count against `retry_for` of the account's orders."""


class Locks(Protocol):
    """Locks for work that only one worker should do. A lock ends by itself."""

    def acquire(self, name: str, lasts: Duration) -> bool:
        """Take the lock *name* for *lasts*. Returns False while it is taken."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic webhook request, as the database keeps it.

    *events* were read from its body; *unusable* is the reason why it, or an element of it, could not be used. *detail*
    says more about that, or which optional fields were left out. *keep_once* identifies a stale delivery, which must
    not be stored twice; it is empty for all others.
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
    """The outcome of a delivery, and the orders that are due because of it (*wake_ups*)."""

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
        """Write the delivery and its events. They are durable when this returns.

        Raises `StoreUnavailable` within five seconds when the database cannot write them.
        """

    def count_quarantined(self, source: str, reason: QuarantineReason, since: Instant) -> int:
        """Return how many deliveries of *source* are quarantined for *reason* and were received after *since*."""

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add *counts*, by (source, outcome), to the counters of deliveries that are not stored."""


class CallLimits(Protocol):
    """The call limits of the accounts, which all workers share."""

    def acquire(self, account: str, calls: int, per_minute: int) -> Duration:
        """Take *calls* out of the account's limit of *per_minute*: all of them or none.

        Returns 0 when they were taken, else how long to wait before the next attempt.
        """

    def give_back(self, account: str, calls: int, age: Duration, per_minute: int) -> None:
        """Give back *calls* that were taken *age* ago and not made, unless they are available again by now."""


class WakeUps(Protocol):
    """Celery messages that say "reconcile this order". They may be lost: the scheduler finds what is due."""

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        """Enqueue a wake-up for each order. Never waits and never fails."""
