"""News of orders that are known by a number only, and what a test does about their searches."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.support.harness import Harness
from worker.domain.events import EventResult
from worker.domain.orders import OrderKey
from worker.domain.results import Stopped
from worker.domain.snapshot import Snapshot
from worker.ports import LeasedOrder, OrderStore
from worker.reconcile.reconciliation import LEASE
from worker.store.operator import SqlOperatorStore

NUMBER = OrderKey("main", "number:ORD-1")
PARCEL = OrderKey("main", "tracking:TRK1")


def waiting_news(harness: Harness, **more: Any) -> None:
    """Let news come in that names its order by the number."""
    assert harness.hear("shipment.picked_up", order=NUMBER, **({"key": "evt"} | more)) == "accepted"


def take(harness: Harness, key: OrderKey = NUMBER) -> LeasedOrder:
    """Begin the search, or another turn."""
    leased = harness.order_store.lease(key, LEASE)
    assert leased is not None
    return leased


def stop(harness: Harness, leased: LeasedOrder, reason: str = "unknown_order") -> None:
    """End the search in vain."""
    event_results = {told.id: EventResult.VOID for told in leased.events}
    harness.order_store.finish(leased, leased.order, Stopped(reason, "nobody has it"), event_results)


def in_vain(harness: Harness, leased: LeasedOrder) -> Snapshot:
    """End the search in vain after a second, as after many failures; returns what an operator sees."""
    harness.clock.advance(seconds=1)
    stop(harness, leased)
    key = leased.order.key
    harness.change(key, failures=9, failing_since=leased.taken_at, missing_since=leased.taken_at)
    return look(harness, key)


def look(harness: Harness, key: OrderKey) -> Snapshot:
    """Look at an order as an operator does."""
    seen = SqlOperatorStore(harness.database).snapshot(key)
    assert seen is not None
    return seen


class Slow:
    """The turns of a worker that is slow to ask the journal."""

    def __init__(self, order_store: OrderStore, then: Callable[[], object]) -> None:
        self._turns, self._then = order_store, then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._turns, name)

    def known_as(self, key: OrderKey) -> Sequence[str]:
        self._then()
        return self._turns.known_as(key)
