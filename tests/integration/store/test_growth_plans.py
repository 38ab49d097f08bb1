"""What metrics and `doctor` ask again and again is found by indexes: no statement reads the whole of a large table."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from tests.support.harness import Harness, order_key
from worker.domain.instants import DAY, HOUR
from worker.domain.policy import Policy
from worker.store.database.database import Database
from worker.store.queries.counts import CountQueries, count_groups
from worker.store.queries.health import HealthQueries
from worker.store.queries.older_rows import OlderRows
from worker.store.queries.watch import WatchQueries

POLICIES = {f"shop_{n}": Policy(ship_within=DAY, deliver_within=DAY) for n in range(1_000)}
_FILL = """
INSERT INTO orders (account, order_id, revision, seen_revision, stage, closed, first_seen_at, updated_at, lane)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
SELECT 'main', 'x' || n, 1, 1, 'completed', 'completed', 1, 1, 0 FROM numbers
"""


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """The URL of a database of each test alone."""
    return new_postgresql_url


@pytest.fixture
def recorded(database: Database, clock, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The statements that are run from now on, over a database with 20,000 completed orders and one open one."""
    monkeypatch.setattr("worker.store.queries.row_ranges.RECENT", 100)
    Harness(database, clock).accept(order=order_key(1))
    with database.write() as connection:
        connection.execute(text(_FILL))
        connection.execute(text("ANALYZE"))
    statements: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2:4]))
    return statements


def metrics(database: Database) -> object:
    older = OlderRows(database, lambda rows: count_groups(database, rows))
    older._closed.set()  # noqa: SLF001 - no thread beside the statements that the test looks at
    return CountQueries(database, policies=POLICIES, older=older).figures()


def doctor(database: Database) -> object:
    return HealthQueries(database).health(HOUR, POLICIES), WatchQueries(database).watch(POLICIES, ["courier"])


@pytest.mark.parametrize("ask", [metrics, doctor])
def test_no_statement_scans_the_completed_orders(
    database: Database, recorded: list[tuple[str, Any]], ask: Callable[[Database], object]
):
    ask(database)
    asked = [(statement, values) for statement, values in recorded if statement.lstrip().startswith("SELECT")]
    assert len(asked) > 10
    scans = [(line, statement) for statement, values in asked for line in _scans(database, statement, values)]
    assert not scans


def _scans(database: Database, statement: str, values: Any) -> list[str]:
    """Return the lines of the plan that read all orders."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.read() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(explain + statement, values)
        lines = [str(row[-1]) for row in cursor.fetchall()]
    if database.is_sqlite:
        return [line for line in lines if line.startswith("SCAN orders") and "INDEX" not in line]
    return [line for line in lines if "Seq Scan on orders" in line]
