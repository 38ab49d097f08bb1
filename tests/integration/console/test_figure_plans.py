"""What threads count for the overview is read page by page, by indexes, on both databases: nothing reads a table."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from tests.benchmarks.rows import fill_shops
from worker.domain.instants import DAY
from worker.domain.policy import Policy
from worker.store.database.database import Database
from worker.store.queries.budgets import call_usage
from worker.store.queries.late import late_orders
from worker.store.queries.order_states import OrderStateQueries
from worker.store.queries.source_figures import counted_requests, quarantined_deliveries
from worker.store.queries.traffic import TrafficQueries
from worker.store.queries.watch import last_deliveries

ORDERS = 20_000
LARGE = ("orders", "deliveries", "events", "writes")
POLICIES = {f"shop{number}": Policy(ship_within=DAY, deliver_within=DAY) for number in range(3)}


@pytest.fixture
def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with many pages of orders, deliveries, events and writes."""
    for module in ("traffic", "order_states"):
        monkeypatch.setattr(f"worker.store.queries.{module}.PAGE", 500)
    fill_shops(database, ORDERS, accounts=3)
    unusable = "UPDATE deliveries SET outcome = 'quarantined', reason = 'not_json' WHERE id % 100 = 0"
    writes = (
        "INSERT INTO writes (order_row, lease_token, revision, stage, inferred, evidence_at, fields, sent_at,"
        " answered_at, outcome) SELECT id, 'lease', 1, 'delivered', false, updated_at, '{}', updated_at, updated_at,"
        " 'confirmed' FROM orders"
    )
    with database.write() as connection:
        for statement in (unusable, writes, "ANALYZE"):
            connection.execute(text(statement))
    return database


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """Collect the lines of the plans of all statements in the block."""
    asked: list[tuple[str, Any]] = []

    def record(*arguments: Any) -> None:
        asked.append(arguments[2:4])

    lines: list[str] = []
    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield lines
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    for statement, values in [each for each in asked if each[0].lstrip().startswith("SELECT")]:
        with database.read() as connection, closing(connection.connection.cursor()) as cursor:
            cursor.execute(explain + statement, values)
            lines += [str(row[-1]) for row in cursor.fetchall()]


def test_no_statement_of_the_overview_reads_a_whole_table(filled: Database):
    with plans(filled) as lines:
        assert OrderStateQueries(filled).count().total == ORDERS
        assert OrderStateQueries(filled).confirmation_times()
        assert TrafficQueries(filled).count().now
        with filled.read() as connection:
            now = filled.now(connection)
            assert quarantined_deliveries(connection)
            assert last_deliveries(connection)
            list(late_orders(connection, POLICIES, now))
            counted_requests(connection)
            call_usage(connection, dict.fromkeys(POLICIES), now)
    whole = ("Seq Scan on {}", "SCAN {}")
    assert [line for line in lines for table in LARGE for word in whole if word.format(table) in line] == []
    used = "\n".join(lines)
    assert ("INTEGER PRIMARY KEY (rowid>? AND rowid<?)" if filled.is_sqlite else "pk_orders") in used
