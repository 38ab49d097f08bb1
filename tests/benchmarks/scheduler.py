"""What one run of the scheduler costs in the database, by the number of orders, and the plans of its statements."""

import time
from collections.abc import Iterator
from contextlib import closing
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event

from tests.benchmarks import installations, rows
from tests.benchmarks.figures import formatted
from worker.store.database.database import Database
from worker.store.leases.due import DueOrders
from worker.store.schema import migrate

SIZES = (0, 10_000, 1_000_000)
CLAIMED = 64
ROUNDS = 50
ENQUEUE_AGAIN_AFTER_US = 15_000_000
WIDTH = 140


def run() -> Iterator[str]:
    """Measure on both databases."""
    with TemporaryDirectory() as folder:
        yield from _on("SQLite", f"sqlite:///{folder}/fulfillment.db")
    with installations.empty_postgresql() as url:
        yield from _on("PostgreSQL", url)


def _on(where: str, url: str) -> Iterator[str]:
    with closing(rows.open_database(url)) as database:
        migrate(database)
        costs: dict[int, list[float]] = {0: [], CLAIMED: []}
        for before, size in zip((0, *SIZES), SIZES, strict=False):
            rows.fill(database, before, size)
            for due, measured in costs.items():
                measured.append(_cost(database, due))
        for due, measured in costs.items():
            each = ", ".join(f"{formatted(cost)} with {size:,}" for cost, size in zip(measured, SIZES, strict=True))
            yield f"ms of a run, {where}, {due} due: {each} orders"
        yield from (f"  {line[:WIDTH]}" for line in _plans(database))


def _cost(database: Database, due: int) -> float:
    """Return the milliseconds of a run that finds *due* orders: the median of many."""
    claim, costs = DueOrders(database).claim, []
    for _ in range(ROUNDS):
        rows.let_some_be_due(database, due)
        began = time.perf_counter()
        claim(CLAIMED, ENQUEUE_AGAIN_AFTER_US)
        costs.append((time.perf_counter() - began) * 1000)
    rows.let_none_be_due(database)
    return median(costs)


def _plans(database: Database) -> Iterator[str]:
    """Yield the plan of each statement about orders in one run."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "orders" in statement:
            statements.append((statement, parameters))

    rows.let_some_be_due(database, 2)
    event.listen(database.engine, "before_cursor_execute", note)
    DueOrders(database).claim(CLAIMED, ENQUEUE_AGAIN_AFTER_US)
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.read() as connection:
        for statement, parameters in statements:
            yield " ".join(statement.split())
            yield from (f"    {row[-1]}" for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
