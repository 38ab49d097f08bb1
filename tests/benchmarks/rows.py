"""Writes hundreds of thousands of orders directly into the database."""

import psycopg
from sqlalchemy import text

from worker.store.database.database import Database

# Of ten orders, eight are completed and two wait for an hour. The same SQL works on both databases.
_FILL = """
INSERT INTO orders (account, order_id, revision, seen_revision, stage, closed, due, waiting, first_seen_at, updated_at)
WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT 'main', CAST(n AS text), 4, 4, 'delivered', CASE WHEN n % 10 < 8 THEN 'completed' END,
    CASE WHEN n % 10 >= 8 THEN :now + 3600000000 + n END, 'complete_after', :now, :now
FROM numbers
"""
_ALL_WAIT = "UPDATE orders SET closed = NULL, due = :now + 3600000000 + id"

_SHOP = """
INSERT INTO orders (id, account, order_id, revision, seen_revision, lane, event_count, number, reported_by,
    stage, closed, closed_revision, due, waiting, stop, stopped_at, staged_at, first_seen_at, updated_at)
WITH RECURSIVE numbers(n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :orders)
SELECT n, 'shop' || (n % :accounts), CAST(n AS text), 1, 1, 0, 1, 'ORD-' || n, 'courier',
    CASE WHEN n % 10 > 0 THEN 'completed' ELSE 'delivered' END,
    CASE WHEN n % 10 > 0 THEN 'completed' END, CASE WHEN n % 10 > 0 THEN 1 ELSE 0 END,
    CASE WHEN n % 10 = 0 AND n % 1000 > 0 THEN :now + 3600000000 + n END,
    CASE WHEN n % 10 = 0 THEN 'complete_after' ELSE '' END,
    CASE WHEN n % 1000 = 0 THEN 'refused' END, CASE WHEN n % 1000 = 0 THEN :now - n END,
    :now - 3600000000, :first + n * :apart, :first + n * :apart
FROM numbers
"""
_SHOP_DELIVERIES = """
INSERT INTO deliveries (id, source, received_at, outcome, body, peer)
WITH RECURSIVE numbers(n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :orders)
SELECT n, 'courier', :first + n * :apart, 'accepted', NULL, '127.0.0.1' FROM numbers
"""
_SHOP_EVENTS = """
INSERT INTO events (source, key, delivery_id, order_row, revision, name, occurred_at, received_at, result, result_at)
SELECT 'courier', 'event-' || id, id, id, 1, CASE WHEN id % 10 > 0 THEN 'order.completed' ELSE 'order.delivered' END,
    updated_at, updated_at, 'applied', updated_at FROM orders
"""
MONTH = 30 * 24 * 3_600_000_000
"""In microseconds: how old the oldest order of `fill_shops` is."""


def open_database(url: str) -> Database:
    """Open a database in which a statement may take minutes, because a million rows are written by one."""
    return Database(url, timeout_seconds=300.0)


def fill(database: Database, first: int, last: int) -> None:
    """Add the orders numbered from *first* up to *last*, and update what the planner knows."""
    if last > first:
        _do(database, _FILL, first=first, last=last - 1)
        _analyze(database)


def let_all_wait(database: Database) -> None:
    """Make every order wait for more than an hour."""
    _do(database, _ALL_WAIT)


def fill_shops(database: Database, orders: int, accounts: int) -> None:
    """Write the orders of a month, with one delivery and one event each, for as many *accounts*: `shop0` and so on.

    Of ten orders, nine are completed. Of the others, one in a hundred is stopped, and the rest wait for an hour.
    """
    with database.read() as connection:
        first = database.now(connection) - MONTH
    values = {"orders": orders, "first": first, "apart": MONTH // orders}
    _do(database, _SHOP, **values, accounts=accounts)
    _do(database, _SHOP_DELIVERIES, **values)
    _do(database, _SHOP_EVENTS)
    _analyze(database)


def _analyze(database: Database) -> None:
    """Update what the planner knows, and on PostgreSQL which pages have rows that everybody sees."""
    if database.is_sqlite:
        with database.write() as connection:
            connection.execute(text("ANALYZE"))
        return
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as server:  # VACUUM runs in no transaction
        server.execute("VACUUM ANALYZE")


def _do(database: Database, statement: str, **parameters: int) -> None:
    with database.write() as connection:
        connection.execute(text(statement), {"now": database.now(connection), **parameters})
