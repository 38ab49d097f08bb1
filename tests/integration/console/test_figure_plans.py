"""What threads and `doctor` count is read page by page, by indexes, on both databases: nothing reads a whole table."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from tests.benchmarks.rows import fill_shops, open_database
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.policy import Policy
from worker.domain.reasons import DeliveryOutcome
from worker.store.database.database import Database
from worker.store.operator import SqlOperatorStore
from worker.store.queries.budgets import call_usage
from worker.store.queries.counts import count_groups
from worker.store.queries.health import HealthQueries
from worker.store.queries.integrity import IntegrityQueries
from worker.store.queries.late import late_orders
from worker.store.queries.order_deliveries import deliveries_of
from worker.store.queries.order_states import OrderStateQueries
from worker.store.queries.quarantine import quarantine_by_reason
from worker.store.queries.row_ranges import Rows, last_older_ids, pages_until, recent_rows
from worker.store.queries.source_figures import counted_requests, quarantined_deliveries
from worker.store.queries.traffic import TrafficQueries
from worker.store.queries.watch import last_deliveries

ORDERS = 20_000
LARGE = ("orders", "deliveries", "events", "writes")
_AS_IF_LARGE = """
UPDATE sqlite_stat1 SET stat = '1000000' || substr(stat, instr(stat, ' '))
WHERE tbl IN ('orders', 'deliveries', 'events', 'writes') AND stat LIKE '2____ %'
"""
"""Makes SQLite plan as if these tables had a million rows. Partial indexes stay as small as they are."""
POLICIES = {f"shop{number}": Policy(ship_within=DAY, deliver_within=DAY) for number in range(3)}


PARTIAL = ("ix_orders_stopped", "ix_orders_due", "ix_orders_open", "ix_orders_unknown")
"""The indexes of the rows that matter: they are few, and a report of them reads them all."""
QUARANTINES = [
    DeliveryFilter(outcome, source, since=since)
    for outcome, source, since in product(
        ("", DeliveryOutcome.STALE, DeliveryOutcome.ACCEPTED), ("", "courier", "nobody"), (None, DAY)
    )
]


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """The URL of a database of each test alone."""
    return new_postgresql_url


@pytest.fixture
def filled(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with many pages of orders, deliveries, events and writes."""
    for module in ("traffic", "order_states"):
        monkeypatch.setattr(f"worker.store.queries.{module}.PAGE", 500)
    unusable = "UPDATE deliveries SET outcome = 'quarantined', reason = 'not_json' WHERE id % 100 = 0"
    writes = (
        "INSERT INTO writes (order_row, lease_token, revision, stage, inferred, evidence_at, fields, sent_at,"
        " answered_at, outcome) SELECT id, 'lease', 1, 'delivered', false, updated_at, '{}', updated_at, updated_at,"
        " 'confirmed' FROM orders"
    )
    with closing(open_database(database_url)) as patient:
        fill_shops(patient, ORDERS, accounts=3)
        with patient.write() as connection:
            for statement in (unusable, writes, "ANALYZE", *([_AS_IF_LARGE] if database.is_sqlite else [])):
                connection.execute(text(statement))
    database.engine.dispose()  # connections read the statistics when they are opened
    return database


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """Collect the lines of the plans of all statements that this thread runs in the block."""
    asked: list[tuple[object, str, Any]] = []
    thread = threading.get_ident()

    def record(*arguments: Any) -> None:
        connection, _, *statement = arguments[:4]
        if threading.get_ident() == thread:
            asked.append((connection, *statement))

    lines: list[str] = []
    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield lines
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    settings = [
        (its_connection, statement) for its_connection, statement, _ in asked if statement.startswith("SET LOCAL")
    ]
    for its_connection, statement, values in [each for each in asked if each[1].lstrip().startswith("SELECT")]:
        with database.read() as connection, closing(connection.connection.cursor()) as cursor:
            for setting in [setting for of, setting in settings if of is its_connection]:
                cursor.execute(setting)
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
    assert whole_tables(lines) == []
    used = "\n".join(lines)
    assert ("INTEGER PRIMARY KEY (rowid>? AND rowid<?)" if filled.is_sqlite else "pk_orders") in used


def whole_tables(lines: list[str]) -> list[str]:
    """Return the lines of plans that read a whole table, or a whole index of all its rows."""
    assert len(lines) > 10, "hardly any plan was seen"
    scans = [line for line in lines for table in LARGE if f"Seq Scan on {table}" in line or f"SCAN {table}" in line]
    return [line for line in scans if not line.endswith(PARTIAL)]


def a_page(connection: Connection) -> Rows:
    """Choose the second thousand of each table, as a pass over the older rows does."""
    return list(pages_until(dict.fromkeys(last_older_ids(connection), 2_000)))[1]


def test_no_statement_of_the_metrics_of_doctor_or_of_the_check_of_the_tables_reads_a_whole_table(
    filled: Database, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (("RECENT", 500), ("PAGE", 1_000)):
        monkeypatch.setattr(f"worker.store.queries.row_ranges.{name}", value)
    integrity = IntegrityQueries(filled)
    with plans(filled) as lines:
        with filled.read() as connection:
            recent, page = recent_rows(connection), a_page(connection)
        count_groups(filled, recent)
        count_groups(filled, page)
        integrity.check(POLICIES, DAY, choice=lambda _: recent)
        integrity.check(POLICIES, DAY, choice=lambda _: page)
        HealthQueries(filled).health(DAY, POLICIES)
    assert whole_tables(lines) == []


def test_what_an_order_and_the_reasons_of_quarantines_need_is_found_by_indexes(filled: Database):
    snapshot = SqlOperatorStore(filled).snapshot(OrderKey("shop1", "100"))
    assert snapshot
    with plans(filled) as lines:
        deliveries_of(filled, snapshot)
        for wanted in QUARANTINES:
            quarantine_by_reason(filled, wanted)
    assert whole_tables(lines) == []
