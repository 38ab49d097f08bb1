"""The search for an order that is known only by its number, or by the tracking number or shipment id of a parcel.

The database is asked first, then the platform. Exactly one order must have this very reference; that order gets all
events of the reference. Until it is found, the events wait. The reference stops an hour after the newest of them.

Order numbers restart, and couriers use tracking numbers again. An order that has ended is not the one that is meant if
the events are about a later parcel; then another one is searched for.

The events of a reference may have more names of their parcels. A parcel's reference is looked up together with them. An
order's number is more certain than its parcels, so they are looked up only if the platform knows no such number.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from worker.domain.errors import NumberReused, OrderAmbiguous, OrderGone, OrderMissing
from worker.domain.events import EventResult
from worker.domain.evidence.reuse import begins_after, is_about_a_later_parcel, is_long_over
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import StopReason
from worker.domain.results import OrderFound, Result, Stopped
from worker.ports import Attached, Finished, LeasedOrder
from worker.reconcile.reconciliation import Interrupted, Ports, Reconciliation


class ReferenceSearch(Reconciliation):
    """Searches for the order of *reference*, and gives it the events."""

    def __init__(self, ports: Ports, leased: LeasedOrder, began_us: int, reference: Reference) -> None:
        super().__init__(ports, leased, began_us)
        self._reference = reference
        self._parcels = frozenset(name for recorded in leased.events for name in recorded.event.parcel_names)
        self._by_parcel = self._is_asked = False
        self._ended: set[str] = set()
        """The orders that have the reference, but ended before the parcels of the events."""

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
        if attached is Attached.REFUSED:
            detail = f"it is the order {key}, which {self._reference.source or 'its source'} does not carry"
            return Stopped(StopReason.NOT_YOUR_ORDER, detail)
        return OrderFound(key)

    def _find(self) -> str:
        """Return the id of the only order with the reference. Raises `OrderMissing`, or a subclass of it."""
        ids = self._reportable(self._search())
        if not ids and self._ended:
            raise NumberReused(
                f"only {min(self._ended)}, which ended before, has the {self._reference.words} of this newer parcel"
            )
        if not ids:
            raise OrderMissing(f"no order has the {self._reference.words}")
        if len(ids) > 1:
            also = ", or a parcel of its events" if self._parcels - {self._reference.plain} else ""
            examples = " and ".join(ids[:2])
            raise OrderAmbiguous(f"several orders have the {self._reference.words}{also}, among them {examples}")
        return ids[0]

    def _search(self) -> Sequence[str]:
        """Return the ids of the orders that may be meant."""
        if self._reference.kind != "number":
            return self._known_as({self._reference, *self._parcels}) or self._not_ended(self._ask_platform())
        ids = self._known_as({self._reference}) or self._not_ended(self._ask_platform())
        self._by_parcel = not ids
        return ids or self._known_as(self._parcels)

    def _reportable(self, ids: Sequence[str]) -> Sequence[str]:
        """Return *ids*, of several orders only those that the source of the reference may report.

        A parcel that another source has named for its own order may be at the platform, too: we have written it there.
        """
        if len(ids) <= 1 or not self._reference.source:
            return ids
        others = self._ports.store.carried_by_others(self.order.key.account, ids, self._reference.source)
        return [order_id for order_id in ids if order_id not in others] or ids

    def _known_as(self, references: Collection[Reference]) -> Sequence[str]:
        return self._not_ended(self._ports.store.known_as(self.order.key.account, references, self._reference.source))

    def _not_ended(self, ids: Sequence[str]) -> Sequence[str]:
        """Return *ids* without the orders that ended before the parcels of the events.

        Of several orders, those that ended long before are left out in any case, unless all of them did.
        """
        news = self._leased.events
        closed = {c.order.key.order_id: c for c in self._ports.store.closed_among(self.order.key.account, ids)}
        self._ended |= {order_id for order_id in closed if is_about_a_later_parcel(news, closed[order_id])}
        left = [order_id for order_id in ids if order_id not in self._ended]
        recent = [order_id for order_id in left if order_id not in closed or not is_long_over(news, closed[order_id])]
        return recent or left

    def _ask_platform(self) -> Sequence[str]:
        if self._reference.kind == "shipment":  # no platform knows it
            return ()
        began_at = self._now()
        try:
            with self._ports.calling():
                ids = self._api.find(self._reference, begins_after(self._leased.events), self._take_call)
        except OrderGone as error:  # a list is gone, and no order
            raise OrderMissing(error.message, error.status, error.code, error.request_id) from error
        if self._is_asked:
            self.order = replace(self.order, read_at=began_at)
        return ids

    def _take_call(self) -> None:
        """Take one call: most searches need one, and none need more than `CALLS_TO_FIND`."""
        self._calls.reserve()
        self._require_time_for_a_call()
        self._calls.use()
        self._is_asked = True

    def _finish(self, result: Result) -> Finished:
        pending = [e.id for e in self._leased.events if e.result is EventResult.PENDING]
        results = dict.fromkeys(pending, EventResult.VOID) if isinstance(result, Stopped) else {}
        return self._ports.store.finish(self._leased, self.order, result, results)
