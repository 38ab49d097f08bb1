"""A snapshot has the deliveries that name its order and could not be used, by each name of the order, from an index."""

from typing import Any

import pytest
from sqlalchemy import event, update

from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import RefusedDeliveries, Snapshot
from worker.domain.reasons import QuarantineReason
from worker.domain.results import Done
from worker.domain.stages import Stage
from worker.store.snapshots import MAX_UNUSED
from worker.store.tables import deliveries
from worker.store.workers import SqlWorkers

NAMES = [KEY, OrderKey("main", "number:ORD-1"), OrderKey("main", "tracking:trk 1"), OrderKey("main", "shipment:S-9")]


def known(harness: Harness) -> Snapshot:
    """Return the snapshot of an order that has a number, a parcel and a shipment."""
    harness.accept("shipment.created", "TRK-1", shipment="S-9")
    harness.finish(KEY, Done(), stage=Stage.ACCEPTED, status="accepted", number="ORD-1", read_at=harness.clock())
    return harness.snapshot(KEY)


def unusable(harness: Harness, named: OrderKey, reason: QuarantineReason = QuarantineReason.NOT_ALLOWED) -> None:
    harness.intake.write(a_delivery(unusable=reason, detail="order.shipped", named=named, received_at=harness.clock()))


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_a_quarantined_delivery_is_found_by_each_name_of_its_order(harness: Harness, name: OrderKey):
    known(harness)
    unusable(harness, name)
    unusable(harness, order_key(2))
    (found,) = harness.snapshot(KEY).unused
    assert (found.outcome, found.reason, found.detail) == ("quarantined", "not_allowed", "order.shipped")
    assert (found.source, found.received_at, found.replayed_at) == ("courier", harness.clock(), None)


def test_a_stale_delivery_is_found_and_an_accepted_one_is_not(harness: Harness):
    known(harness)
    harness.intake.write(a_delivery(an_event(key="evt_8"), received_at=harness.clock()).as_stale())
    harness.accept("shipment.picked_up", "TRK-1")
    assert [each.outcome for each in harness.snapshot(KEY).unused] == ["stale"]


def test_the_latest_deliveries_are_found_and_not_more(harness: Harness):
    known(harness)
    for _ in range(MAX_UNUSED + 2):
        harness.clock.advance(seconds=1)
        unusable(harness, KEY)
    unused = harness.snapshot(KEY).unused
    assert len(unused) == MAX_UNUSED
    assert unused[0].received_at == harness.clock()


def test_news_of_another_carrier_is_counted_apart(harness: Harness):
    known(harness)
    unusable(harness, KEY, QuarantineReason.NOT_YOUR_ORDER)
    unusable(harness, KEY, QuarantineReason.NOT_YOUR_ORDER)
    seen = harness.snapshot(KEY)
    assert not seen.unused
    at = harness.clock()
    assert seen.refused == (RefusedDeliveries("courier", 2, at, open_at=at),)
    with harness.database.write() as connection:
        connection.execute(update(deliveries).values(replayed_at=at))
    assert harness.snapshot(KEY).refused == (RefusedDeliveries("courier", 2, at),)


def test_a_snapshot_tells_since_when_workers_serve_its_account(harness: Harness):
    known(harness)
    assert harness.snapshot(KEY).serving_since is None
    workers = SqlWorkers(harness.database)
    for name, accounts in (("first", ("main",)), ("second", ("main",)), ("other", ("mall",))):
        workers.beat(WorkerProcess(name, "host", 1, "1", accounts, 0), 0)
        harness.clock.advance(seconds=5)
    assert harness.snapshot(KEY).serving_since == harness.clock() - 15 * SECOND


def test_the_deliveries_are_found_by_an_index(harness: Harness):
    known(harness)
    statements: list[tuple[str, Any]] = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    harness.snapshot(KEY)
    asked = [(sql, values) for sql, values in statements if "named" in sql]
    assert len(asked) == 2
    for sql, values in asked:
        assert "ix_deliveries_named" in plan_of(harness, sql, values)


def plan_of(harness: Harness, sql: str, values: Any) -> str:
    """Return how the database runs a statement."""
    with harness.database.read() as connection:
        if harness.database.is_sqlite:
            return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())
        # PostgreSQL would scan the table because it has so few rows.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return str(connection.exec_driver_sql(f"EXPLAIN {sql}", values).all())
