"""Fakes of the ports, in memory. The contract tests run over the fake intake and the real one."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from worker.domain.errors import StoreUnavailable
from worker.domain.events import Event, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Receipt

MAX_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the deliveries: the columns that tests read."""

    delivery: Delivery
    outcome: str
    reason: str
    detail: str = ""


class FakeWakeUps:
    """The port `WakeUps`. It records the *keys* that were enqueued."""

    def __init__(self) -> None:
        self.keys: list[OrderKey] = []

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        self.keys.extend(keys)


@dataclass(frozen=True, slots=True)
class FakePending:
    """The port `PendingReceipt`: the delivery is written when its receipt is asked for."""

    intake: "FakeIntake"
    delivery: Delivery

    def receipt(self) -> Receipt:
        return self.intake.write(self.delivery)


@dataclass
class FakeIntake:
    """The port `Intake` in memory. Its clock shows *time* (microseconds). Nothing can be written unless *available*."""

    time: int = 1_706_193_000_000_000
    available: bool = True
    deliveries: dict[int, Stored] = field(default_factory=dict)
    events: dict[tuple[str, str], RecordedEvent] = field(default_factory=dict)
    revisions: Counter[OrderKey] = field(default_factory=Counter)
    counters: Counter[tuple[str, str]] = field(default_factory=Counter)
    _kept: set[str] = field(default_factory=set)
    _brought_by: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        self._check()
        return self.time

    def submit(self, delivery: Delivery) -> "FakePending":
        return FakePending(self, delivery)

    def write(self, delivery: Delivery) -> Receipt:
        self._check()
        with self._lock:
            if delivery.keep_once:
                return self._keep_once(delivery)
            receipts = [self._take_in(event, len(self.deliveries) + 1) for event in delivery.events]
            return self._store(delivery, _gravest(delivery, receipts))

    def count_quarantined(self, source: str, reason: QuarantineReason, since: Instant) -> int:
        self._check()
        return sum(
            (stored.delivery.source, stored.reason) == (source, reason) and stored.delivery.received_at > since
            for stored in self.deliveries.values()
        )

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        self._check()
        self.counters.update(counts)

    def _check(self) -> None:
        if not self.available:
            raise StoreUnavailable

    def _keep_once(self, delivery: Delivery) -> Receipt:
        stale = Receipt(DeliveryOutcome.STALE, None, reason=delivery.unusable)
        if delivery.keep_once in self._kept:
            self.counters[delivery.source, DeliveryOutcome.STALE] += 1
            return stale
        self._kept.add(delivery.keep_once)
        return self._store(delivery, stale)

    def _store(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        delivery_id = len(self.deliveries) + 1
        self.deliveries[delivery_id] = Stored(delivery, receipt.outcome, receipt.reason or "", delivery.detail)
        return Receipt(receipt.outcome, delivery_id, receipt.event_id, receipt.reason, receipt.wake_ups)

    def _take_in(self, event: Event, delivery_id: int) -> Receipt:
        first = self.events.get((event.source, event.key))
        if first is not None:
            return self._repeat(event, first, delivery_id)
        if self._leaves_open_which_parcel(event):
            return _quarantined(QuarantineReason.WHICH_PARCEL)
        if sum(recorded.event.order == event.order for recorded in self.events.values()) >= MAX_EVENTS:
            return _quarantined(QuarantineReason.TOO_MANY_EVENTS)
        self.revisions[event.order] += 1
        recorded = RecordedEvent(len(self.events) + 1, self.revisions[event.order], event)
        self.events[event.source, event.key] = recorded
        self._brought_by[recorded.id] = delivery_id
        waiting = self._waiting_for(event)
        self.revisions.update(waiting)
        return Receipt(DeliveryOutcome.ACCEPTED, None, recorded.id, wake_ups=(event.order, *waiting))

    def _waiting_for(self, event: Event) -> list[OrderKey]:
        """Return the references that wait for the parcel of an order's *event*. Here, no search ever ends."""
        names = set(event.parcel_names)
        references = {
            other.order
            for other in (recorded.event for recorded in self.events.values())
            if other.order.reference and names.intersection(other.parcel_names)
        }
        return [] if event.order.reference else sorted(key for key in references if key.account == event.order.account)

    def _repeat(self, event: Event, first: RecordedEvent, delivery_id: int) -> Receipt:
        if (event.order, event.name, _form(event)) != (first.event.order, first.event.name, _form(first.event)):
            return _quarantined(QuarantineReason.KEY_REUSED)
        is_own = self._brought_by[first.id] == delivery_id
        outcome = DeliveryOutcome.ACCEPTED if is_own else DeliveryOutcome.DUPLICATE
        if event.name is not EventName.HINT:
            return Receipt(outcome, None, first.id)
        self.revisions[event.order] += 1
        return Receipt(outcome, None, first.id, wake_ups=(event.order,))

    def _leaves_open_which_parcel(self, event: Event) -> bool:
        if _form(event) or not event.name.startswith("shipment."):
            return False
        events = [recorded.event for recorded in self.events.values() if recorded.event.order == event.order]
        if len({_form(e) for e in events if e.name.startswith("shipment.")} - {""}) > 1:
            return True
        counts = [e.parcels for e in sorted(events, key=lambda e: e.occurred_at) if e.parcels is not None]
        is_any_delivered = any(e.name is EventName.DELIVERED for e in events)
        return event.name is EventName.DELIVERED and is_any_delivered and max(counts[-1:], default=0) > 1


def _form(event: Event) -> str:
    return event.tracking.replace(" ", "").replace("-", "").upper()


def _quarantined(reason: QuarantineReason) -> Receipt:
    return Receipt(DeliveryOutcome.QUARANTINED, None, reason=reason)


def _gravest(delivery: Delivery, receipts: Sequence[Receipt]) -> Receipt:
    """Return the gravest of the receipts of the events, with all wake-ups; what is unusable is the gravest."""
    wake_ups = tuple(dict.fromkeys(key for receipt in receipts for key in receipt.wake_ups))
    if delivery.unusable or not receipts:
        return replace(_quarantined(delivery.unusable or QuarantineReason.NO_EVENT), wake_ups=wake_ups)
    gravest = min(receipts, key=lambda receipt: STORED_OUTCOMES.index(receipt.outcome))
    return replace(gravest, wake_ups=wake_ups)
