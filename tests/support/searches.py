"""References: events that name their order by a number, and helpers for the searches for that order."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tests.support.harness import Harness
from worker.domain.events import EventResult
from worker.domain.orders import OrderKey, Reference
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.ports import LeasedOrder, OrderStore

NUMBER = OrderKey("main", "number:ORD-1")
PARCEL = OrderKey("main", "tracking:TRK1")
SHIPMENT = OrderKey("main", "shipment:S1")


def receive_by_number(harness: Harness, **fields: Any) -> None:
    """Receive an event that names its order by the number."""
    assert harness.receive("shipment.picked_up", order=NUMBER, **({"key": "evt"} | fields)) == "accepted"


def stop_search(harness: Harness, leased: LeasedOrder, reason: StopReason = StopReason.UNKNOWN_ORDER) -> None:
    """End a search that has found no order."""
    results = {event.id: EventResult.VOID for event in leased.events}
    harness.order_store.finish(leased, leased.order, Stopped(reason, "nobody has it"), results)


def fail_search(harness: Harness, leased: LeasedOrder) -> Snapshot:
    """After a second, end a search that has found no order, with many failures. Return what an operator sees."""
    harness.clock.advance(seconds=1)
    stop_search(harness, leased)
    key = leased.order.key
    harness.change(key, failures=9, failing_since=leased.leased_at, missing_since=leased.leased_at)
    return harness.snapshot(key)


class SlowOrderStore:
    """The store of a slow worker: *meanwhile* happens before each call of `known_as`."""

    def __init__(self, store: OrderStore, meanwhile: Callable[[], object]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def known_as(self, account: str, references: Collection[Reference], source: str = "") -> Sequence[str]:
        self._meanwhile()
        return self._store.known_as(account, references, source)
