"""What a backlog costs: the worker's memory, and its tick, with a few rows and with a million."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, text

from tests.benchmarks import installations
from tests.benchmarks.day import day
from tests.benchmarks.figures import Goal, beside, shown
from tests.benchmarks.installations import NoPostgresql, broker
from tests.benchmarks.resources import resident
from tests.benchmarks.rivals import ours, tutorial, watch
from tests.programs import Program, until
from worker.journal.database import Database
from worker.journal.due import SqlDue
from worker.journal.schema import migrate

WAITING = 100_000
POSTPONED = 10_000
SIZES = (0, 10_000, 1_000_000)
CLAIMED = 64
TIMES = 30
AGAIN_AFTER = 15_000_000

_POSTPONE = f"""
from tests.benchmarks.tutorial import move
for n in range({POSTPONED}):
    move.apply_async((n, "completed"), countdown=3600)
"""

# Of ten orders eight are done for good, and two wait for an instant that is an hour away.
_FILL = """
INSERT INTO orders (account, order_id, revision, seen_revision, place, closed, due, waiting, first_seen_at, updated_at)
WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT 'main', CAST(n AS text), 4, 4, 'delivered', CASE WHEN n % 10 < 8 THEN 'completed' END,
    CASE WHEN n % 10 >= 8 THEN :now + 3600000000 + n END, 'complete_after', :now, :now
FROM numbers
"""
_ALL_WAIT = "UPDATE orders SET closed = NULL, due = :now + 3600000000 + id"
_SOME_DUE = """
UPDATE orders SET due = :now - 1, nudged_at = NULL
WHERE id IN (SELECT id FROM orders WHERE account = 'main' AND due IS NOT NULL AND stop IS NULL ORDER BY due LIMIT :due)
"""
_NONE_DUE = "UPDATE orders SET due = due + 3600000000 WHERE account = 'main' AND due <= :now AND stop IS NULL"


def run() -> Iterator[str]:
    """Memory first, then the tick on both databases."""
    yield from _memory()
    yield from _ticks("SQLite", "")
    try:
        with installations.empty_postgresql() as url:
            yield from _ticks("PostgreSQL", url)
    except NoPostgresql as missing:
        yield str(missing)


def _memory() -> Iterator[str]:
    few = _resident_with(0)
    many = _resident_with(WAITING)
    yield beside(f"MiB of the worker with {WAITING:,} waiting orders", [many], "with none", [few], Goal("≤", 1.1))
    yield beside(f"MiB of the tutorial's worker with {POSTPONED:,} tasks put off", *_postponed())


def _resident_with(waiting: int) -> float:
    """The worker's memory after it has walked some orders, and then rested."""
    with ours() as rival:
        with closing(_open(rival.house.database_url)) as database:
            _fill(database, 1_000_000, 1_000_000 + waiting)
            _do(database, _ALL_WAIT)
        orders = range(1, 51)
        rival.expect(orders)
        rival.worker.start()
        rival.tell(day(orders))
        watch(rival, orders, time.time(), within=60)
        until(lambda: _stands_still(rival.worker), within=30)
        return resident(rival.worker)


def _postponed() -> tuple[list[float], str, list[float]]:
    with tutorial() as rival:
        rival.worker.start()
        before = resident(rival.worker)
        rival.house.add("postponing", [sys.executable, "-c", _POSTPONE], lambda: True, **broker(rival.house)).start()
        until(lambda: rival.house.store.hlen("unacked") >= POSTPONED, within=90, what="the worker has fetched them")
        return [resident(rival.worker)], "with none", [before]


def _stands_still(program: Program) -> bool:
    before = resident(program)
    time.sleep(2)
    return abs(resident(program) - before) < 0.5


# --------------------------------------------------------------------------------------------------------------- ticks


def _ticks(where: str, given: str) -> Iterator[str]:
    """The tick's look into the journal, with nothing due and with enough due."""
    with TemporaryDirectory() as folder, closing(_open(given or f"sqlite:///{folder}/journal.db")) as database:
        migrate(database)
        idle, busy, filled = [], [], 0
        for size in SIZES:
            _fill(database, filled, size)
            filled = size
            idle.append(_cost(database, due=0))
            busy.append(_cost(database, due=CLAIMED))
        for what, costs in (("nothing due", idle), (f"{CLAIMED} due", busy)):
            each = ", ".join(f"{shown(cost)} with {size:,}" for cost, size in zip(costs, SIZES, strict=True))
            yield f"ms of a tick, {where}, {what}: {each} orders"
        yield from (f"  {line}" for line in _plans(database))


def _open(url: str) -> Database:
    """Open a database that may take its time: a million rows are more than a product's statement ever writes."""
    return Database(url, patience=300.0)


def _fill(database: Database, first: int, last: int) -> None:
    """Add the orders numbered from *first* up to *last*."""
    if last > first:
        _do(database, _FILL, first=first, last=last - 1)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _do(database: Database, statement: str, **parameters: int) -> None:
    with database.write() as connection:
        connection.execute(text(statement), {"now": database.now(connection), **parameters})


def _cost(database: Database, due: int) -> float:
    """Milliseconds of a tick that finds *due* orders; the median of many."""
    claim, costs = SqlDue(database).claim, []
    for _ in range(TIMES):
        _do(database, _SOME_DUE, due=due)
        began = time.perf_counter()
        claim(CLAIMED, AGAIN_AFTER)
        costs.append((time.perf_counter() - began) * 1000)
    _do(database, _NONE_DUE)
    return median(costs)


def _plans(database: Database) -> Iterator[str]:
    """The plans of the statements of one tick that looks at the orders."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "orders" in statement:
            said.append((statement, parameters))

    _do(database, _SOME_DUE, due=CLAIMED)
    event.listen(database.engine, "before_cursor_execute", note)
    SqlDue(database).claim(CLAIMED, AGAIN_AFTER)
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.read() as connection:
        for statement, parameters in said:
            yield " ".join(statement.split())[:100] + " …"
            yield from (f"    {row[-1]}" for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
