"""The search for an order that is known only by its number, or by the tracking number or shipment id of a parcel.

The database is asked first, then the platform. Exactly one order must have this very reference; that order gets all
events of the reference. Until it is found, the events wait. The reference stops an hour after the newest of them.

The events of a reference may have more names of their parcels. A parcel's reference is looked up together with them. An
order's number is more certain than its parcels, so they are looked up only if the platform knows no such number.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from worker.domain.errors import OrderAmbiguous, OrderMissing
from worker.domain.events import EventResult
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import StopReason
from worker.domain.results import OrderFound, Result, Stopped
from worker.ports import CALLS_TO_FIND, Attached, Finished, LeasedOrder
from worker.reconcile.reconciliation import Interrupted, Ports, Reconciliation


class ReferenceSearch(Reconciliation):
    """Searches for the order of *reference*, and gives it the events."""

    def __init__(self, ports: Ports, leased: LeasedOrder, began_us: int, reference: Reference) -> None:
        super().__init__(ports, leased, began_us)
        self._reference = reference
        self._parcels = frozenset(name for recorded in leased.events for name in recorded.event.parcel_names)
        self._by_parcel = False

    def _reconcile(self) -> Stopped | OrderFound:
        if self.order.revision > self.order.seen_revision:  # the hour begins again with each new event
            self.order = replace(self.order, missing_since=None)
        key = OrderKey(self.order.key.account, self._find())
        attached = self._ports.store.attach(self._leased, key.order_id, by_parcel=self._by_parcel)
        if attached is Attached.OVERTAKEN:
            raise Interrupted
        if attached is Attached.FULL:
            detail = f"it is the order {key}, which cannot take so many more events"
            return Stopped(StopReason.TOO_MANY_EVENTS, detail)
        return OrderFound(key)

    def _find(self) -> str:
        """Return the id of the only order with the reference. Raises `OrderMissing` or `OrderAmbiguous`."""
        ids = self._search()
        if not ids:
            raise OrderMissing(f"no order has the {self._reference.words}")
        if len(ids) > 1:
            also = ", or a parcel of its events" if self._parcels - {self._reference} else ""
            examples = " and ".join(ids[:2])
            raise OrderAmbiguous(f"several orders have the {self._reference.words}{also}, among them {examples}")
        return ids[0]

    def _search(self) -> Sequence[str]:
        """Return the ids of the orders that may be meant."""
        if self._reference.kind != "number":
            return self._known_as({self._reference, *self._parcels}) or self._ask_platform()
        ids = self._known_as({self._reference}) or self._ask_platform()
        self._by_parcel = not ids
        return ids or self._known_as(self._parcels)

    def _known_as(self, references: Collection[Reference]) -> Sequence[str]:
        return self._ports.store.known_as(self.order.key.account, references)

    def _ask_platform(self) -> Sequence[str]:
        if self._reference.kind == "shipment":  # no platform knows it
            return ()
        self._calls.reserve(CALLS_TO_FIND)
        self._require_time_for_a_call()
        self._calls.use(CALLS_TO_FIND)  # the adapter does not tell how many calls it made
        began_at = self._now()
        ids = self._api.find(self._reference)
        self.order = replace(self.order, read_at=began_at)
        return ids

    def _finish(self, result: Result) -> Finished:
        pending = [e.id for e in self._leased.events if e.result is EventResult.PENDING]
        results = dict.fromkeys(pending, EventResult.VOID) if isinstance(result, Stopped) else {}
        return self._ports.store.finish(self._leased, self.order, result, results)
