"""Counts for the metrics: one grouped pass over each table, so the cost grows with the number of rows."""

from collections import Counter
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, func, select

from worker.domain.figures import Figures, OrderGroup
from worker.store.conditions import is_due
from worker.store.database.database import Database
from worker.store.snapshots import active_holds
from worker.store.tables import counters, deliveries, events, orders, writes


class CountQueries:
    """Counts everything in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(self) -> Figures:
        """Count everything in one transaction, at one instant. Raises `StoreUnavailable`."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            due, oldest = connection.execute(select(func.count(), func.min(orders.c.due)).where(is_due(now))).one()
            held = active_holds(connection, now).values()
            return Figures(
                deliveries=_deliveries(connection),
                events=_by(connection, events.c.result),
                orders=_orders(connection),
                writes=_by(connection, writes.c.outcome),
                holds=tuple(chain.from_iterable(held)),
                due=due,
                oldest_due=now - oldest if oldest is not None else 0,
            )


def _deliveries(connection: Connection) -> Counter[tuple[str, str]]:
    """Count deliveries by (source, outcome): the stored ones, plus those that are only counted."""
    by = (deliveries.c.source, deliveries.c.outcome)
    stored = connection.execute(select(*by, func.count()).group_by(*by))
    counted = connection.execute(select(counters.c.source, counters.c.outcome, counters.c.count))
    total: Counter[tuple[str, str]] = Counter()
    for source, outcome, count in (*stored, *counted):
        total[source, outcome] += count
    return total


def _by(connection: Connection, column: Column[Any]) -> dict[str, int]:
    return dict(connection.execute(select(column, func.count()).group_by(column)).all())


def _orders(connection: Connection) -> dict[OrderGroup, int]:
    by = (orders.c.account, orders.c.stage, orders.c.closed, orders.c.stop)
    rows = connection.execute(select(*by, func.count()).group_by(*by))
    return {OrderGroup(account, *(word or "" for word in words)): count for account, *words, count in rows}
