"""What stands in the journal's tables."""

from typing import Any

from sqlalchemy import Table, select

from worker.store.database.database import Database
from worker.store.tables import orders


def rows(database: Database, table: Table) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def due(database: Database) -> int | None:
    (order,) = rows(database, orders)
    found: int | None = order.due
    return found
