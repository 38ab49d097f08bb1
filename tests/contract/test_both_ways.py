"""Whatever happens to an order, the plain way and the general way come to the same rows and results."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.harness import Harness, order_key
from worker.domain.errors import Rejected
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import Order
from worker.domain.reasons import HoldReason, StopReason, WaitReason, WriteOutcome
from worker.domain.results import Done, Held, Later, Result, Step, Stopped
from worker.domain.stages import Stage, TerminalStatus
from worker.ports import AnnouncedWrite, LeasedOrder, WriteResult
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.leases.general import GeneralOrderStore
from worker.store.leases.order_store import SqlOrderStore

PLAIN, GENERAL = order_key(1), order_key(2)
DIFFERS = {"id", "order_id", "order_row", "lease_token", "key", "delivery_id"}


class TwoOrders:
    """Two orders to which the same things happen: one is reconciled by the plain way, the other by the general one."""

    def __init__(self, harness: Harness, random: Random) -> None:
        self._harness, self._random, self._events = harness, random, 0
        self._stores = {PLAIN: SqlOrderStore(harness.database), GENERAL: GeneralOrderStore(harness.database)}

    def happen(self) -> None:
        """Let something happen between two transactions, or nothing."""
        happens = self._random.choice(["nothing"] * 6 + ["event", "late", "early", "lost", "hold", "lift"])
        if happens == "event":
            self.receive()
        self._harness.clock.now += {"late": 7 * SECOND, "early": -HOUR, "lost": MIN_LEASE}.get(happens, 1)
        if happens == "hold":
            self._harness.holds.hold("main", HoldReason.RATE_LIMITED, self._random.choice([SECOND, MINUTE]))
        if happens == "lift":
            self._harness.clock.now += MINUTE

    def receive(self) -> None:
        self._events += 1
        for key in (PLAIN, GENERAL):
            name = f"{key.order_id}-{self._events}"
            self._harness.accept(an_event(EventName.ORDER_DELIVERED, key=name, order=key, at=self._harness.clock()))

    def reconcile(self) -> None:
        self._harness.change(PLAIN, due=self._harness.clock(), stop=None, lease_until=None)
        self._harness.change(GENERAL, due=self._harness.clock(), stop=None, lease_until=None)
        leases = self._each(lambda store, key: store.lease(key, MIN_LEASE))
        earlier: dict[Any, WriteResult | None] = {PLAIN: None, GENERAL: None}
        for _ in range(self._random.randrange(4)):
            if None in leases.values():
                return
            self.happen()
            earlier = self._announce(leases, earlier)
        self.happen()
        if None not in leases.values():
            self._finish(leases, earlier)

    def _announce(
        self, leases: dict[Any, LeasedOrder], earlier: dict[Any, WriteResult | None]
    ) -> dict[Any, WriteResult | None]:
        step = Step(self._random.choice([*Stage]), START, inferred=self._random.random() < 0.5)
        outcome, order = self._random.choice([*WriteOutcome]), self._order()
        update = {"status": "x", "notes": "é"}
        announced = self._each(lambda store, key: store.announce(leases[key], step, update, MIN_LEASE, earlier[key]))
        return {key: self._written(announced[key], leases[key], order, outcome) for key in announced}

    def _finish(self, leases: dict[Any, LeasedOrder], last_writes: dict[Any, WriteResult | None]) -> None:
        order, result, ends = self._order(), self._result(), self._random.choice([*EventResult])
        self._each(
            lambda store, key: store.finish(
                leases[key],
                replace(order, key=key, revision=leases[key].order.revision),
                result,
                {event.id: ends for event in leases[key].events},
                last_writes[key],
            )
        )

    def _each(self, act: Any) -> dict[Any, Any]:
        """Let *act* happen to both orders; its results must be alike."""
        results = {key: act(store, key) for key, store in self._stores.items()}
        assert _comparable(results[PLAIN]) == _comparable(results[GENERAL])
        return results

    def _order(self) -> Order:
        choose, now = self._random.choice, self._harness.clock()
        some = lambda: choose([None, START, now, now + MINUTE, now + 2 * HOUR])  # noqa: E731 - it is used here alone
        return Order(
            PLAIN,
            stage=choose([None, *Stage]),
            status=choose(["", "shipped"]),
            read_at=some(),
            confirmed_at=some(),
            closed=choose([None, None, Stage.COMPLETED, TerminalStatus.REFUNDED]),
            closed_at=some(),
            closed_revision=choose([0, 1]),
            sending=choose([None, *Stage]),
            sent_at=some(),
            uncertain_at=some(),
            failures=choose([0, 3]),
            failing_since=some(),
            missing_since=some(),
            number=choose(["", "ORD-1"]),
            unread=choose([False, True]),
            staged_at=some(),
        )

    def _result(self) -> Result:
        due, firm = self._harness.clock() + self._random.choice([0, HOUR]), self._random.random() < 0.5
        results: list[Result] = [
            Done(),
            Later(due, WaitReason.API_UNAVAILABLE, "HTTP 503", firm=firm),
            Held(HoldReason.RATE_LIMITED),
            Stopped(StopReason.REFUSED, "HTTP 422"),
        ]
        return self._random.choice(results)

    @staticmethod
    def _written(
        announced: AnnouncedWrite | None, leased: LeasedOrder, order: Order, outcome: WriteOutcome
    ) -> WriteResult | None:
        if announced is None:
            return None
        failure = Rejected("no") if outcome is WriteOutcome.FAILED else None
        return WriteResult(announced, replace(order, key=leased.order.key), outcome, failure)

    def assert_alike(self) -> None:
        rows = {key: self._harness.row(key) for key in self._stores}
        assert _columns(rows[PLAIN]) == _columns(rows[GENERAL])
        for rows_of in (self._harness.event_rows, self._harness.write_rows, self._harness.audit_rows):
            its_rows = {
                key: [_columns(row) for row in rows_of() if row["order_row"] == rows[key]["id"]] for key in rows
            }
            assert its_rows[PLAIN] == its_rows[GENERAL]


def _columns(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in DIFFERS}


def _comparable(result: Any) -> Any:
    if isinstance(result, LeasedOrder):
        events = [(e.revision, e.result, e.event.name, e.event.received_at) for e in result.events]
        order = replace(result.order, key=PLAIN)
        return result.leased_at, result.lease_until, order, events, result.requested
    return (result.sent_at, result.lease_until) if isinstance(result, AnnouncedWrite) else result


@pytest.mark.parametrize("seed", range(15))
def test_any_reconciliations_come_to_the_same_rows_by_both_ways(harness: Harness, seed: int):
    orders = TwoOrders(harness, Random(seed))
    orders.receive()
    for _ in range(8):
        orders.reconcile()
        orders.assert_alike()
        orders.happen()


def test_an_undisturbed_reconciliation_takes_the_plain_way_alone(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    def general(*_: object) -> None:
        raise AssertionError("the general way had to decide")

    for name in ("lease", "announce", "finish"):
        monkeypatch.setattr(GeneralOrderStore, name, general)
    harness.receive(EventName.ORDER_COMPLETED)
    assert harness.reconcile() == Done()
    assert harness.reconcile() is None
    row = harness.row()
    assert (row["stage"], row["due"], row["lease_token"]) == (Stage.COMPLETED, None, None)
    assert len(harness.write_rows()) == len(Stage) - 1
