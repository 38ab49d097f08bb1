"""Lists are found by indexes, whatever their filter is: no page reads or sorts the whole of a large table.

Each plan is printed: `pytest -s` shows them.
"""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import event, text

from worker.domain.instants import DAY, HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import DeliveryFilter, OrderFilter
from worker.domain.overview.snapshot import State
from worker.domain.policy import Policy
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.stages import Stage
from worker.store.database.database import Database
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.queries.orders import OrderQueries

COUNT = 100_000
LARGE = ("orders", "deliveries", "events")
POLICIES = {"main": Policy(ship_within=DAY, deliver_within=DAY)}
BATCH = 2_000
"""How many rows one statement adds: a statement may take five seconds, also on a slow machine."""
_NUMBERS = """
WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS integer) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
"""
_ORDERS = """
INSERT INTO orders (account, order_id, number, revision, seen_revision, stage, closed, stop, stop_detail, stopped_at,
                    due, first_seen_at, updated_at, lane)
$numbers
SELECT CASE n % 10 WHEN 0 THEN 'also' ELSE 'main' END, 'x' || n, 'N' || n, 1, 1,
       CASE WHEN n % 50 = 0 THEN 'shipped' ELSE 'completed' END, CASE WHEN n % 50 = 0 THEN NULL ELSE 'completed' END,
       CASE WHEN n % 1000 = 0 THEN 'refused' END, 'HTTP 422', CASE WHEN n % 1000 = 0 THEN n END,
       CASE WHEN n % 500 = 50 THEN n END, 1, n, 0 FROM numbers
"""
_DELIVERIES = """
INSERT INTO deliveries (source, received_at, outcome, reason)
$numbers
SELECT CASE n % 10 WHEN 0 THEN 'also' ELSE 'courier' END, n,
       CASE WHEN n % 500 = 0 THEN 'quarantined' ELSE 'accepted' END,
       CASE WHEN n % 500 = 0 THEN 'not_json' ELSE '' END FROM numbers
"""
_EVENTS = """
INSERT INTO events (source, key, delivery_id, order_row, revision, name, occurred_at, received_at, tracking, result)
$numbers
SELECT 'courier', 'k' || n, deliveries.id, orders.id, 1, 'shipment.delivered', n, n, 'T' || n, 'applied'
FROM numbers JOIN orders ON orders.updated_at = n JOIN deliveries ON deliveries.received_at = n
"""

ORDER_FILTERS = [
    OrderFilter(account, stage, states, stop, late=late, since=since, older_than=older, matching=matching)
    for account, stage, states, (stop, late, since, older), matching in product(
        ("", "also"),
        (None, Stage.SHIPPED),
        (frozenset(), frozenset({State.STOPPED}), frozenset({State.WAITING, State.DUE}), frozenset({State.SETTLED})),
        (("", False, None, 0), ("refused", False, None, HOUR), ("", True, None, 0), ("", False, COUNT - 10, 0)),
        ("", "x77"),
    )
]
DELIVERY_FILTERS = [
    DeliveryFilter(outcome, source, reason, peer, since, order)
    for outcome, source, reason, (peer, since), order in product(
        ("", DeliveryOutcome.ACCEPTED, DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE),
        ("", "also"),
        ("", QuarantineReason.NOT_JSON),
        (("", None), ("192.0.2.1", None), ("", COUNT - 10)),
        (None, OrderKey("main", "x77")),
    )
]


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """The URL of a database of each test alone."""
    return new_postgresql_url


@pytest.fixture
def recorded(database: Database) -> list[tuple[str, Any]]:
    """The statements that are run from now on, over a database with 100,000 orders and as many deliveries."""
    with database.write() as connection:
        for statement in (_ORDERS, _DELIVERIES, _EVENTS):
            fill = text(statement.replace("$numbers", _NUMBERS))
            for first in range(1, COUNT, BATCH):
                connection.execute(fill, {"first": first, "last": first + BATCH - 1})
        if not database.is_sqlite:  # which plans without statistics here, as it does in operation
            connection.execute(text("ANALYZE"))
    statements: list[tuple[str, Any]] = []

    def record(*arguments: Any) -> None:
        statements.append(arguments[2:4])

    event.listen(database.engine, "before_cursor_execute", record)
    return statements


def test_no_page_of_a_list_and_no_count_of_causes_reads_a_whole_table(
    database: Database, recorded: list[tuple[str, Any]]
):
    orders, deliveries = OrderQueries(database, POLICIES), DeliveryQueries(database)
    for wanted in ORDER_FILTERS:
        page = orders.page(wanted, 50)
        if page.next:
            orders.page(wanted, 50, page.next)
        orders.causes(wanted)
    for its in DELIVERY_FILTERS:
        rows = deliveries.page(its, 50)
        if rows.next:
            deliveries.page(its, 50, rows.next)
    asked = {statement: values for statement, values in recorded if statement.lstrip().startswith(("SELECT", "WITH"))}
    plans = {statement: _plan(database, statement, values) for statement, values in asked.items()}
    for statement, lines in plans.items():
        print(statement, *lines, sep="\n    ")  # noqa: T201 - for people who compare plans
    assert len(plans) > 100
    bad = [(statement, line) for statement, lines in plans.items() for line in lines if _reads_all(statement, line)]
    assert not bad, "\n".join(f"{line}: {statement}" for statement, line in bad)


def _plan(database: Database, statement: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.read() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(explain + statement, values)
        return [str(row[-1]) for row in cursor.fetchall()]


def _reads_all(statement: str, line: str) -> bool:
    """Tell whether a line of a plan reads a whole large table, or sorts its rows; groups are few."""
    if not any(f"FROM {table}" in statement for table in LARGE):
        return False
    if any(f"Seq Scan on {table}" in line for table in LARGE):
        return True
    is_scan = any(line.startswith(f"SCAN {table}") for table in LARGE) and "INDEX" not in line
    is_sort = line == "USE TEMP B-TREE FOR ORDER BY"
    return is_scan or (is_sort and "GROUP BY" not in statement)
