"""Which rows of a table a query reads: all, the recent ones, or one page of the older ones. It tells them by their ids.

The recent rows of a table are few, however large it is. What is older is read page by page, so no statement is long.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, true

from worker.store.tables import deliveries, events, orders, writes

RECENT = 50_000
"""The ids of a table's recent rows: its last ones."""
PAGE = 50_000
"""The ids of a page."""
COUNTED = (deliveries, events, orders, writes)
"""The tables that grow with the orders."""

Rows: TypeAlias = Callable[[Table], ColumnElement[bool]]
"""The condition of the rows that are read of a table."""
Choice: TypeAlias = Callable[[Connection], Rows]
"""Chooses the rows in a transaction. The ids are handed in as values, because databases plan better by them."""


def all_rows(_connection: Connection) -> Rows:
    """Choose every row."""
    return lambda _table: true()


def recent_rows(connection: Connection) -> Rows:
    """Choose the recent rows of each table."""
    return rows_after(last_older_ids(connection))


def rows_after(ends: Mapping[Table, int]) -> Rows:
    """Return the condition of the rows with later ids than *ends*, by table."""
    return lambda table: table.c.id > ends[table]


def pages_until(ends: Mapping[Table, int]) -> Iterator[Rows]:
    """Yield the conditions of one page after the other, up to the ids *ends*, by table."""
    for last_id in range(0, max(ends.values()), PAGE):
        yield partial(_in_page, last_id, ends)


def _in_page(last_id: int, ends: Mapping[Table, int], table: Table) -> ColumnElement[bool]:
    return and_(table.c.id > last_id, table.c.id <= min(last_id + PAGE, ends[table]))


def last_older_ids(connection: Connection) -> Mapping[Table, int]:
    """Return the id of each table after which all its rows are recent; 0 if they all are."""
    last = {table: connection.scalar(select(func.max(table.c.id))) or 0 for table in COUNTED}
    return {table: max(0, last_id - RECENT) for table, last_id in last.items()}
