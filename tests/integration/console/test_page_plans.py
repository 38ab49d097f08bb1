"""No page of the console reads the whole of a large table: its statements use indexes on both databases."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from tests.benchmarks.rows import fill_shops, open_database
from tests.support.console_pages import LISTS, SINGLE
from tests.support.good_settings import GOOD
from worker.console.wiring import open_app
from worker.settings import load_settings
from worker.store.database.database import Database

ORDERS = 100_000
LARGE = ("orders", "deliveries", "events", "writes", "audit_log")
HERE = {"base_url": "http://127.0.0.1:8001", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
"""What makes a request one of this machine."""
_UNUSABLE = """
UPDATE deliveries SET outcome = 'quarantined', reason = 'unknown_event', detail = 'XX9', named = 'shop1/' || id
WHERE id % 100 = 0
"""
_WRITES = """
INSERT INTO writes (order_row, lease_token, revision, stage, inferred, evidence_at, fields, sent_at, answered_at,
    outcome, answer)
SELECT id, 'lease', 1, 'delivered', false, updated_at, '{}', updated_at, updated_at + 400000, 'confirmed', 'HTTP 200'
FROM orders
"""
_AUDIT = (
    "INSERT INTO audit_log (order_row, at, action, detail) SELECT id, updated_at, 'released', 'by a test' FROM orders"
)


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """The URL of a database of each test alone."""
    return new_postgresql_url


@pytest.fixture
def client(database: Database, database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser of a console over many orders, deliveries, events, writes and entries of the audit log."""
    with closing(open_database(database_url)) as patient:
        fill_shops(patient, ORDERS, accounts=3)
        with patient.write() as connection:
            for statement in (_UNUSABLE, _WRITES, _AUDIT, "ANALYZE"):
                connection.execute(text(statement))
    settings = GOOD | {"FULFILLMENT_DATABASE_URL": database_url, "FULFILLMENT_DATA_DIR": str(tmp_path)}
    with open_app(load_settings(settings)) as app:
        yield app.test_client()


class Asked(NamedTuple):
    """A statement with its values, and the connection of its transaction."""

    connection: object
    statement: str
    values: Any


@contextmanager
def recorded() -> Iterator[list[Asked]]:
    """Record the statements that this thread runs in the block.

    Threads that count for the overview rest for most of the time, and read page by page: no request waits for them.
    """
    statements: list[Asked] = []
    thread = threading.get_ident()

    def record(*arguments: Any) -> None:
        if threading.get_ident() == thread:
            connection, _, statement, values, *_ = arguments
            statements.append(Asked(connection, statement, values))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", record)


def scans_of(database: Database, statement: str, values: Any, settings: Sequence[str]) -> list[str]:
    """Return the lines of the statement's plan that read all of a large table, or all of an index without an end.

    *settings* are the statements by which its transaction tells the planner what to do.
    """
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.read() as connection, closing(connection.connection.cursor()) as cursor:
        for setting in settings:
            cursor.execute(setting)
        cursor.execute(explain + statement, values)
        lines = [str(row[-1]) for row in cursor.fetchall()]
    if not database.is_sqlite:
        return [line for line in lines for table in LARGE if f"Seq Scan on {table}" in line]
    has_end = "LIMIT" in statement
    scanned = [line for line in lines for table in LARGE if line.startswith(f"SCAN {table}")]
    return [line for line in scanned if not ("INDEX" in line and has_end)]


PAGES = (*LISTS, *SINGLE, "/orders/shop1/1", "/orders/shop0/3000", "/deliveries/100")


@pytest.mark.timeout(600)
def test_no_page_reads_a_whole_table(client: FlaskClient, database: Database):
    scans = [f"{path}: {scan}" for path in PAGES for scan in scans_of_page(client, database, path)]
    assert not scans, "\n".join(scans)


def scans_of_page(client: FlaskClient, database: Database, path: str) -> Iterator[str]:
    """Yield what a page reads as a whole, with the statement that does."""
    client.get(path, **HERE)  # what a process does once
    with recorded() as statements:
        response = client.get(path, **HERE)
    assert response.status_code == 200, f"{path}: {response.text}"
    settings = [(asked.connection, asked.statement) for asked in statements if asked.statement.startswith("SET LOCAL")]
    for connection, statement, values in statements:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            its_settings = [setting for its_connection, setting in settings if its_connection is connection]
            yield from (f"{line}: {statement}" for line in scans_of(database, statement, values, its_settings))
