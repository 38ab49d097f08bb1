"""What the journal forgets, and what it never forgets."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Table, event, func, insert, select, update

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, a_hint, an_event
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.prune import prune
from worker.store.tables import audit_log, counters, deliveries, events, metadata, orders, steps

KEEP = 90 * DAY
Prune = Callable[..., dict[str, int]]


@pytest.fixture
def pruned(database: Database) -> Prune:
    def run(**settings: Any) -> dict[str, int]:
        return prune(database, **{"keep": KEEP, "dedupe_for": KEEP, "rest": 0, **settings})

    return run


def count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def settle(database: Database, **columns: Any) -> None:
    """End all news as a turn would: applied, seen, nothing more due."""
    with database.write() as connection:
        connection.execute(update(events).values(result="applied", result_at=START))
        seen = {"seen_revision": orders.c.revision, "due": None, "stage": "delivered", **columns}
        connection.execute(update(orders).values(seen))


def write_history(database: Database) -> None:
    """One order with all that can hang on it, settled."""
    intake = SqlIntake(database)
    for delivery in (a_delivery(an_event(key="evt_1")), a_delivery(an_event(key="evt_1")), a_delivery(a_hint())):
        intake.write(delivery)
    settle(database)
    with database.write() as connection:
        step = {"order": 1, "leased": "t", "revision": 1, "stage": "shipped", "inferred": False, "evidence_at": 1}
        connection.execute(insert(steps).values(**step, update={"status": "shipped"}, sent_at=1))
        connection.execute(insert(audit_log).values(order=1, at=1, word="closed"))


def test_a_settled_order_goes_with_all_that_hangs_on_it(database: Database, pruned: Prune, clock: Clock):
    write_history(database)
    SqlIntake(database).add_counts({("courier", "refused"): 1})
    clock.advance(days=91)
    assert pruned() == {"orders": 1, "events": 2, "writes": 1, "audit_log": 1, "deliveries": 3}
    assert sum(count(database, table) for table in metadata.sorted_tables if table is not counters) == 0
    assert count(database, counters) == 1


def test_a_closed_order_goes_as_well(database: Database, pruned: Prune, clock: Clock):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, closed="cancelled", closed_revision=1)
    clock.advance(days=91)
    assert pruned()["orders"] == 1


def test_nothing_goes_before_its_time(database: Database, pruned: Prune, clock: Clock):
    write_history(database)
    clock.advance(days=90)
    assert not any(pruned().values())
    assert not any(pruned(keep=0).values()), "keys live for dedupe_for"
    assert not any(pruned(dedupe_for=0).values()), "orders live for keep"
    assert all(pruned(keep=0, dedupe_for=0).values())


@pytest.mark.parametrize(
    "open_in_some_way",
    [
        {"due": START + 200 * DAY},
        {"stop": "lost", "stopped_at": START},
        {"closed": "cancelled", "stop": "moving_while_cancelled", "stopped_at": START},
        {"sending": "shipped", "sent_at": START},
        {"seen_revision": 0},
        {"lease_token": "t", "lease_until": START + 92 * DAY},
    ],
    ids=["due", "stopped", "closed but stopped", "uncertain", "unseen news", "leased"],
)
def test_an_open_order_is_never_forgotten(
    database: Database, pruned: Prune, clock: Clock, open_in_some_way: dict[str, Any]
):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, **open_in_some_way)
    clock.advance(days=91)
    assert not any(pruned().values())
    settle(database, **dict.fromkeys(("due", "stop", "sending", "lease_until")))
    assert pruned()["orders"] == 1


def test_a_lease_that_ran_out_holds_nothing_back(database: Database, pruned: Prune, clock: Clock):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, lease_token="t", lease_until=START + DAY)
    clock.advance(days=91)
    assert pruned()["orders"] == 1


def test_a_pending_event_is_never_forgotten(database: Database, pruned: Prune, clock: Clock):
    write_history(database)
    with database.write() as connection:
        connection.execute(update(events).where(events.c.key == "evt_1").values(result="pending"))
    clock.advance(days=91)
    assert pruned() == {"orders": 0, "events": 0, "writes": 0, "audit_log": 0, "deliveries": 1}, (
        "the duplicate alone goes"
    )


def test_quarantined_deliveries_stay_and_stale_ones_go(database: Database, pruned: Prune, clock: Clock):
    intake = SqlIntake(database)
    intake.write(a_delivery(unusable="not_json"))
    intake.write(a_delivery(keep_once="courier/evt_1"))
    clock.advance(days=91)
    assert pruned()["deliveries"] == 1
    with database.read() as connection:
        assert connection.execute(select(deliveries.c.outcome)).scalars().all() == ["quarantined"]


def test_an_order_that_news_has_touched_stays_with_its_keys(database: Database, pruned: Prune, clock: Clock):
    write_history(database)
    touched = clock.advance(days=91)
    SqlIntake(database).write(a_delivery(a_hint("hint_2"), received_at=touched))
    settle(database)
    assert (pruned()["orders"], pruned()["events"]) == (0, 0)
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"), received_at=touched)).outcome == "duplicate"


def test_a_pruned_order_may_come_back_as_a_new_one(database: Database, pruned: Prune, clock: Clock):
    write_history(database)
    clock.advance(days=91)
    pruned()
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"), received_at=clock.now)).outcome == "accepted"
    with database.read() as connection:
        assert connection.execute(select(orders.c.revision, orders.c.stage)).all() == [(1, None)]


@pytest.mark.parametrize("kept", [0, 1], ids=["all old", "with rows that stay in between"])
def test_it_works_in_batches_and_goes_over_no_row_twice(database: Database, pruned: Prune, clock: Clock, kept: int):
    intake = SqlIntake(database)
    for n in range(20):
        intake.write(a_delivery(an_event(key=f"evt_{n}", order=OrderKey("main", str(n + 1)))))
    settle(database)
    with database.write() as connection:
        connection.execute(update(orders).where(orders.c.id % 5 == 0).values(stop="lost" if kept else None))
    clock.advance(days=91)
    deleted: list[int] = []
    pages: list[str] = []

    @event.listens_for(database.engine, "after_execute")
    def watch(_connection: Any, statement: Any, _many: Any, _parameters: Any, _options: Any, result: Any) -> None:
        if statement.is_dml and statement.table is orders:
            deleted.append(result.rowcount)
        elif statement.is_select:
            pages.append(str(statement.compile(compile_kwargs={"literal_binds": True})))

    assert pruned(batch=3)["orders"] == 20 - 4 * kept
    assert (max(deleted), len(deleted)) == (3, 6 if kept else 7)
    assert len(set(pages)) == len(pages) > 7
    assert count(database, deliveries) == 4 * kept


def test_it_leaves_an_order_alone_that_somebody_writes_to(postgresql_url: str, clock: Clock):
    database = Database(postgresql_url, clock=clock)
    write_history(database)
    clock.advance(days=91)
    with database.write() as connection:
        connection.execute(update(orders).values(updated_at=clock.now))
        assert prune(database, keep=KEEP, dedupe_for=0) | {"deliveries": 0} == dict.fromkeys(
            ("orders", "events", "writes", "audit_log", "deliveries"), 0
        )
    database.close()


def test_each_page_is_one_range_of_one_index(sqlite_url: str, clock: Clock):
    database = Database(sqlite_url, clock=clock)
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    write_history(database)
    clock.advance(days=91)
    prune(database, keep=KEEP, dedupe_for=0)
    pages = [(sql, parameters) for sql, parameters in asked if sql.startswith("SELECT") and "LIMIT" in sql]
    with database.read() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()) for sql, parameters in pages
        ]
    assert ["ix_orders_updated" in plans[0], "ix_deliveries_received_at" in plans[1], len(plans)] == [True, True, 2]
    assert not any("SCAN" in plan or "TEMP" in plan for plan in plans)
    database.close()


def test_it_needs_no_order_at_all(pruned: Prune):
    assert not any(pruned().values())
