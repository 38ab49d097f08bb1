"""What pruning deletes, and what it never deletes."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Table, event, func, insert, select, update

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, a_hint, an_event
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.prune import prune
from worker.store.tables import account_log, audit_log, counters, deliveries, events, kept, metadata, orders, writes

KEEP = 90 * DAY
Prune: TypeAlias = Callable[..., dict[str, int]]


@pytest.fixture
def run_prune(database: Database) -> Prune:
    """Prunes without a pause between batches, and returns how many rows it has deleted."""

    def run(**settings: Any) -> dict[str, int]:
        return prune(database, **{"keep": KEEP, "dedupe_for": KEEP, "pause_seconds": 0, **settings})

    return run


def count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def settle(database: Database, **columns: Any) -> None:
    """Settle the order as a reconciliation does: its events are applied and seen, and it has no due time."""
    with database.write() as connection:
        connection.execute(update(events).values(result="applied", result_at=START))
        settled = {"seen_revision": orders.c.revision, "due": None, "stage": "delivered", "lane": 0, **columns}
        connection.execute(update(orders).values(settled))


def write_history(database: Database) -> None:
    """Write one settled order with everything that can belong to it."""
    intake = SqlIntake(database)
    for delivery in (a_delivery(an_event(key="evt_1")), a_delivery(an_event(key="evt_1")), a_delivery(a_hint())):
        intake.write(delivery)
    settle(database)
    with database.write() as connection:
        write = {"order_row": 1, "lease_token": "t", "revision": 1, "stage": "shipped", "inferred": False}
        connection.execute(insert(writes).values(**write, evidence_at=1, fields={"status": "shipped"}, sent_at=1))
        connection.execute(insert(audit_log).values(order_row=1, at=1, action="closed"))
        connection.execute(insert(account_log).values(account="main", at=START, action="held"))


def test_a_settled_order_is_deleted_with_everything_that_belongs_to_it(
    database: Database, run_prune: Prune, clock: Clock
):
    write_history(database)
    SqlIntake(database).add_counts({("courier", DeliveryOutcome.REFUSED): 1})
    clock.advance(days=91)
    parts = {"events": 2, "writes": 1, "audit_log": 1}
    assert run_prune() == {"orders": 1, **parts, "deliveries": 3, "account_log": 1, "quarantined": 0}
    assert sum(count(database, table) for table in metadata.sorted_tables if table not in {counters, kept}) == 0
    assert count(database, counters) == 1


def test_a_closed_order_is_deleted(database: Database, run_prune: Prune, clock: Clock):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, closed="cancelled", closed_revision=1)
    clock.advance(days=91)
    assert run_prune()["orders"] == 1


def test_nothing_is_deleted_before_its_time(database: Database, run_prune: Prune, clock: Clock):
    write_history(database)
    clock.advance(days=90)
    assert not any(run_prune().values())
    assert not any(run_prune(dedupe_for=0).values()), "orders must stay for keep"
    by_age = {name: count for name, count in run_prune(keep=0).items() if count}
    assert by_age == {"deliveries": 1}, "keys must stay for dedupe_for, and a duplicate has none"
    assert {name for name, count in run_prune(keep=0, dedupe_for=0).items() if not count} == {"quarantined"}


@pytest.mark.parametrize(
    "columns",
    [
        {"due": START + 200 * DAY},
        {"stop": "shipment_lost", "stopped_at": START},
        {"closed": "cancelled", "stop": "moving_while_cancelled", "stopped_at": START},
        {"sending": "shipped", "sent_at": START},
        {"seen_revision": 0},
        {"lease_token": "t", "lease_until": START + 92 * DAY},
    ],
    ids=["due", "stopped", "closed but stopped", "uncertain", "unseen event", "leased"],
)
def test_an_open_order_is_never_deleted(database: Database, run_prune: Prune, clock: Clock, columns: dict[str, Any]):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, **columns)
    clock.advance(days=91)
    assert not any(run_prune().values())
    settle(database, **dict.fromkeys(("due", "stop", "sending", "lease_until")))
    assert run_prune()["orders"] == 1


def test_a_stopped_order_that_the_platform_has_never_shown_is_deleted(
    database: Database, run_prune: Prune, clock: Clock
):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, stage=None, lane=2, stop="unknown_order", stopped_at=START)
    clock.advance(days=90)
    assert run_prune()["orders"] == 0
    clock.advance(seconds=1)
    assert run_prune()["orders"] == 1


def test_an_expired_lease_does_not_keep_an_order(database: Database, run_prune: Prune, clock: Clock):
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    settle(database, lease_token="t", lease_until=START + DAY)
    clock.advance(days=91)
    assert run_prune()["orders"] == 1


def test_a_pending_event_is_never_deleted(database: Database, run_prune: Prune, clock: Clock):
    write_history(database)
    with database.write() as connection:
        connection.execute(update(events).where(events.c.key == "evt_1").values(result="pending"))
    clock.advance(days=91)
    nothing = {"orders": 0, "events": 0, "writes": 0, "audit_log": 0}
    deleted = {"deliveries": 1, "account_log": 1, "quarantined": 0}
    assert run_prune() == {**nothing, **deleted}, "of the deliveries, only the duplicate"


def test_quarantined_and_stale_deliveries_are_deleted_after_their_time(
    database: Database, run_prune: Prune, clock: Clock
):
    intake = SqlIntake(database)
    intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    intake.write(a_delivery(keep_once="courier/evt_1"))
    clock.advance(days=90)
    assert not any(run_prune().values())
    clock.advance(seconds=1)
    pruned = run_prune()
    assert (pruned["deliveries"], pruned["quarantined"], count(database, deliveries)) == (2, 1, 0)


def test_an_order_with_a_new_event_stays_with_its_keys(database: Database, run_prune: Prune, clock: Clock):
    write_history(database)
    now = clock.advance(days=91)
    SqlIntake(database).write(a_delivery(a_hint("hint_2"), received_at=now))
    settle(database)
    assert (run_prune()["orders"], run_prune()["events"]) == (0, 0)
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"), received_at=now)).outcome == "duplicate"


def test_an_event_of_a_pruned_order_makes_a_new_one(database: Database, run_prune: Prune, clock: Clock):
    write_history(database)
    clock.advance(days=91)
    run_prune()
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"), received_at=clock.now)).outcome == "accepted"
    with database.read() as connection:
        assert connection.execute(select(orders.c.revision, orders.c.stage)).all() == [(1, None)]


@pytest.mark.parametrize("kept", [0, 1], ids=["all old", "some rows stay"])
def test_pruning_works_in_batches_and_reads_no_row_twice(database: Database, run_prune: Prune, clock: Clock, kept: int):
    intake = SqlIntake(database)
    for n in range(20):
        intake.write(a_delivery(an_event(key=f"evt_{n}", order=OrderKey("main", str(n + 1)))))
    settle(database)
    with database.write() as connection:
        connection.execute(update(orders).where(orders.c.id % 5 == 0).values(stop="shipment_lost" if kept else None))
    clock.advance(days=91)
    deleted: list[int] = []
    pages: list[str] = []

    @event.listens_for(database.engine, "after_execute")
    def watch(_connection: Any, statement: Any, _many: Any, _parameters: Any, _options: Any, result: Any) -> None:
        if statement.is_dml and statement.table is orders:
            deleted.append(result.rowcount)
        elif statement.is_select:
            pages.append(str(statement.compile(compile_kwargs={"literal_binds": True})))

    assert run_prune(batch_size=3)["orders"] == 20 - 4 * kept
    assert (max(deleted), len(deleted)) == (3, 6 if kept else 7)
    assert len(set(pages)) == len(pages) > 7
    assert count(database, deliveries) == 4 * kept


def test_pruning_skips_an_order_that_a_transaction_writes_to(postgresql_url: str, clock: Clock):
    database = Database(postgresql_url, clock=clock)
    write_history(database)
    clock.advance(days=91)
    with database.write() as connection:
        connection.execute(update(orders).values(updated_at=clock.now))
        counts = prune(database, keep=KEEP, dedupe_for=0)
        assert {name for name, count in counts.items() if count} <= {"deliveries", "account_log"}
    database.close()


def test_each_batch_is_one_range_of_one_index(sqlite_url: str, clock: Clock):
    database = Database(sqlite_url, clock=clock)
    statements: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    write_history(database)
    clock.advance(days=91)
    prune(database, keep=KEEP, dedupe_for=0)
    paged = [(sql, parameters) for sql, parameters in statements if sql.startswith("SELECT") and "LIMIT" in sql]
    pages = paged[-4:]
    with database.read() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()) for sql, parameters in pages
        ]
    indexes = ["ix_orders_updated", "ix_deliveries_outcome", "ix_account_log_at", "ix_deliveries_kept"]
    assert [index in plan for index, plan in zip(indexes, plans, strict=True)] == [True] * 4
    assert not any("SCAN" in plan or "TEMP" in plan for plan in plans)
    database.close()


def test_pruning_an_empty_database_deletes_nothing(run_prune: Prune):
    assert not any(run_prune().values())


def test_the_log_of_the_accounts_is_kept_as_long_as_orders(database: Database, clock: Clock, run_prune: Prune):
    entry = {"account": "main", "action": "held", "detail": "a strike"}
    with database.write() as connection:
        connection.execute(insert(account_log), [{**entry, "at": START}, {**entry, "at": START + DAY}])
    clock.advance(days=90)
    assert run_prune()["account_log"] == 0
    clock.advance(seconds=1)
    assert run_prune()["account_log"] == 1
    assert count(database, account_log) == 1
