"""Fakes that keep the promises of the ports in memory. The contract tests hold them to the real thing."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.errors import StoreUnavailable
from worker.domain.events import Event, EventName, RecordedEvent
from worker.domain.orders import OrderKey
from worker.ports import Delivery, Receipt

MAX_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the deliveries, as far as a test looks at it."""

    delivery: Delivery
    outcome: str
    reason: str = ""


@dataclass
class FakeIntake:
    """The port `Intake` in memory. *clock* is its time; *available* turned off, nothing can be written."""

    clock: int = 1_706_193_000_000_000
    available: bool = True
    deliveries: dict[int, Stored] = field(default_factory=dict)
    events: dict[tuple[str, str], RecordedEvent] = field(default_factory=dict)
    revisions: Counter[OrderKey] = field(default_factory=Counter)
    counters: Counter[tuple[str, str]] = field(default_factory=Counter)
    _kept: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        self._check()
        return self.clock

    def write(self, delivery: Delivery) -> Receipt:
        self._check()
        with self._lock:
            if delivery.keep_once:
                return self._keep_once(delivery)
            if delivery.unusable or not delivery.events:
                return self._store(delivery, Receipt("quarantined", None, reason=delivery.unusable or "no_event"))
            (event,) = delivery.events  # both profiles read one event from a delivery
            return self._store(delivery, self._take_in(event))

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        self._check()
        self.counters.update(counts)

    def _check(self) -> None:
        if not self.available:
            raise StoreUnavailable

    def _keep_once(self, delivery: Delivery) -> Receipt:
        stale = Receipt("stale", None, reason=delivery.unusable)
        if delivery.keep_once in self._kept:
            self.counters[delivery.source, "stale"] += 1
            return stale
        self._kept.add(delivery.keep_once)
        return self._store(delivery, stale)

    def _store(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        delivery_id = len(self.deliveries) + 1
        self.deliveries[delivery_id] = Stored(delivery, receipt.outcome, receipt.reason)
        return Receipt(receipt.outcome, delivery_id, receipt.event_id, receipt.reason, receipt.wake_ups)

    def _take_in(self, event: Event) -> Receipt:
        known = self.events.get((event.source, event.key))
        if known is not None:
            return self._again(event, known)
        if not event.tracking and event.name.startswith("shipment.") and len(self._parcels(event.order)) > 1:
            return Receipt("quarantined", None, reason="which_parcel")
        if sum(recorded.event.order == event.order for recorded in self.events.values()) >= MAX_EVENTS:
            return Receipt("quarantined", None, reason="too_many_events")
        self.revisions[event.order] += 1
        recorded = RecordedEvent(len(self.events) + 1, self.revisions[event.order], event)
        self.events[event.source, event.key] = recorded
        return Receipt("accepted", None, recorded.id, wake_ups=(event.order,))

    def _again(self, event: Event, known: RecordedEvent) -> Receipt:
        first = known.event
        if (event.order, event.name, event.tracking) != (first.order, first.name, first.tracking):
            return Receipt("quarantined", None, reason="key_reused")
        if event.name is not EventName.HINT:
            return Receipt("duplicate", None, known.id)
        self.revisions[event.order] += 1
        return Receipt("duplicate", None, known.id, wake_ups=(event.order,))

    def _parcels(self, order: OrderKey) -> set[str]:
        known = (recorded.event for recorded in self.events.values())
        return {e.tracking for e in known if e.order == order and e.tracking and e.name.startswith("shipment.")}
