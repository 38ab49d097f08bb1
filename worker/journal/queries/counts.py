"""Counts: one grouped pass over each table, so the cost grows with the rows kept, and no faster."""

from collections import Counter
from typing import Any

from sqlalchemy import Column, Connection, func, select

from worker.domain.figures import Figures, OrderGroup
from worker.journal.database import Database
from worker.journal.rows import is_due
from worker.journal.snapshots import active_holds
from worker.journal.tables import deliveries, events, orders, steps, tallies


class CountQueries:
    """Counts everything in the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(self) -> Figures:
        """Count everything, in one transaction."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            due, oldest = connection.execute(select(func.count(), func.min(orders.c.due)).where(is_due(now))).one()
            held = active_holds(connection, now).values()
            return Figures(
                deliveries=_deliveries(connection),
                events=_by(connection, events.c.end),
                orders=_orders(connection),
                steps=_by(connection, steps.c.outcome),
                holds=tuple(hold for of_account in held for hold in of_account),
                due=due,
                oldest_due=now - oldest if oldest is not None else 0,
            )


def _deliveries(connection: Connection) -> Counter[tuple[str, str]]:
    """What is kept and what is only counted; a word that is in both is added up."""
    by = (deliveries.c.source, deliveries.c.outcome)
    kept = connection.execute(select(*by, func.count()).group_by(*by))
    counted = connection.execute(select(tallies.c.source, tallies.c.outcome, tallies.c.count))
    total: Counter[tuple[str, str]] = Counter()
    for source, outcome, count in (*kept, *counted):
        total[source, outcome] += count
    return total


def _by(connection: Connection, column: Column[Any]) -> dict[str, int]:
    return dict(connection.execute(select(column, func.count()).group_by(column)).all())


def _orders(connection: Connection) -> dict[OrderGroup, int]:
    by = (orders.c.account, orders.c.place, orders.c.closed, orders.c.stop)
    found = connection.execute(select(*by, func.count()).group_by(*by))
    return {OrderGroup(account, *(word or "" for word in words)): count for account, *words, count in found}
