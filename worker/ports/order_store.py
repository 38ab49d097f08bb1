"""The port of the database, as a reconciliation uses it: leases, announced writes, and results."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from worker.domain.errors import ApiError
from worker.domain.events import EventResult, RecordedEvent
from worker.domain.evidence.reuse import ClosedOrder
from worker.domain.instants import Duration, Instant
from worker.domain.orders import Order, OrderKey, Reference
from worker.domain.reasons import WriteOutcome
from worker.domain.results import Result, Step
from worker.domain.stages import Stage
from worker.ports.order_api import Update


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
    """The order would have too many events, or too many of one courier; nothing was changed."""
    REFUSED = auto()
    """Another source carries the order; nothing was changed. A search is told so only if bodies of events are gone."""
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

    def known_as(self, account: str, references: Collection[Reference], source: str = "") -> Sequence[str]:
        """Return the ids of the orders, a few at most, that the database knows by any of *references*.

        By a tracking number or a shipment id, it knows the orders that have an event with it. *source* is the source
        that gives these names if it is restricted: then the events of other restricted sources do not count.
        """

    def closed_among(self, account: str, order_ids: Collection[str]) -> Sequence[ClosedOrder]:
        """Return those of the orders that are closed, with all of their events."""

    def carried_by_others(self, account: str, order_ids: Collection[str], source: str) -> Collection[str]:
        """Return the ids of those of the orders that another source than *source* carries."""

    def attach(self, leased: LeasedOrder, order_id: str, *, by_parcel: bool = False) -> Attached:
        """Give all events of the leased reference to the order *order_id*, make it due, and delete the reference.

        Deliveries of a source that may not report the order are quarantined instead.

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
