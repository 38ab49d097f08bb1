"""Writes hundreds of thousands of orders directly into the database."""

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
_SOME_DUE = """
UPDATE orders SET due = :now - 1, enqueued_at = NULL
WHERE id IN (SELECT id FROM orders WHERE account = 'main' AND due IS NOT NULL AND stop IS NULL ORDER BY due LIMIT :due)
"""
_NONE_DUE = "UPDATE orders SET due = due + 3600000000 WHERE account = 'main' AND due <= :now AND stop IS NULL"


def open_database(url: str) -> Database:
    """Open a database in which a statement may take minutes, because a million rows are written by one."""
    return Database(url, timeout_seconds=300.0)


def fill(database: Database, first: int, last: int) -> None:
    """Add the orders numbered from *first* up to *last*, and update the planner's statistics."""
    if last > first:
        _do(database, _FILL, first=first, last=last - 1)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def let_all_wait(database: Database) -> None:
    """Make every order wait for more than an hour."""
    _do(database, _ALL_WAIT)


def let_some_be_due(database: Database, due: int) -> None:
    """Make *due* of the waiting orders due, as if none had been enqueued."""
    _do(database, _SOME_DUE, due=due)


def let_none_be_due(database: Database) -> None:
    """Make the due orders wait again."""
    _do(database, _NONE_DUE)


def _do(database: Database, statement: str, **parameters: int) -> None:
    with database.write() as connection:
        connection.execute(text(statement), {"now": database.now(connection), **parameters})
