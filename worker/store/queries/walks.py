"""Walks along an index, for lists: pages of rows, the latest first, whatever the filter is.

A page looks at a limited number of rows. If it is not full by then, it says how far it has looked, and the next one
goes on there: so no row is left out, and no request reads a whole table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, and_, select, true, tuple_

from worker.domain.overview.filters import Cursor
from worker.store.queries.planning import use_indexes

FIRST_WINDOW = 1_000
"""How many rows a page looks at first: most pages are full by then."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk along *index*, which has the rows of *table* that are in *base*, ordered by the instant *at*.

    Without *index*, few rows are in *base*.

    Of the rows in *base*, those that are *wanted* are found. A page looks at *budget* rows at most.
    """

    table: Table
    at: Column[int]
    index: str
    base: ColumnElement[bool]
    wanted: ColumnElement[bool]
    budget: int


class Found(NamedTuple):
    """A page of rows. *end* is where the next page begins; None at the end of the list.

    *is_cut*: the page has less rows than it may have, because it has looked at as many as it may.
    """

    rows: Sequence[Row[*tuple[Any, ...]]]
    end: Cursor | None = None
    is_cut: bool = False


def find(connection: Connection, walk: Walk, columns: Iterable[Any], limit: int, after: Cursor | None) -> Found:
    """Return the next page behind *after*: *columns* of up to *limit* rows. The columns have the id and the instant."""
    use_indexes(connection)
    rows: list[Row[*tuple[Any, ...]]] = []
    query, end = _from(walk, select(*columns)).where(walk.wanted), after
    for begin, end in _windows(connection, walk, after):
        within = query.where(_between(walk, begin, end)).order_by(*_order(walk)).limit(limit + 1 - len(rows))
        rows += connection.execute(within).all()
        if len(rows) > limit:
            return Found(rows[:limit], _cursor(walk, rows[limit - 1]))
        if end is None:
            return Found(rows)
    return Found(rows, end, is_cut=True)


def first_rows(connection: Connection, walk: Walk) -> tuple[ColumnElement[bool], bool]:
    """Return the condition of the rows that a first page may look at, and whether there are more."""
    end = _end(connection, walk, None, walk.budget)
    return and_(walk.base, _between(walk, None, end)), end is not None


def join(pages: Sequence[Found], walks: Sequence[Walk], limit: int) -> Found:
    """Return the first page of what several walks have found together. No row is in two of them."""
    # What lies behind the end of a page is not known yet, so the rows of other pages there have to wait.
    ends = [page.end for page in pages if page.end]
    known_to = max(ends, default=None)
    keyed = [(_cursor(walk, row), row) for page, walk in zip(pages, walks, strict=True) for row in page.rows]
    keyed = sorted((item for item in keyed if known_to is None or item[0] >= known_to), key=_key, reverse=True)
    if len(keyed) > limit:
        return Found([row for _, row in keyed[:limit]], keyed[limit - 1][0])
    is_full = len(keyed) == limit
    return Found([row for _, row in keyed], known_to, is_cut=known_to is not None and not is_full)


def _key(item: tuple[Cursor, Row[*tuple[Any, ...]]]) -> Cursor:
    return item[0]


def _windows(connection: Connection, walk: Walk, after: Cursor | None) -> Iterator[tuple[Cursor | None, Cursor | None]]:
    """Yield the begin and the end of one window after the other; the end of the last row is None."""
    begin, left, size = after, walk.budget, min(FIRST_WINDOW, walk.budget)
    while left > 0:
        end = _end(connection, walk, begin, size)
        yield begin, end
        if end is None:
            return
        begin, left = end, left - size
        size = left


def _end(connection: Connection, walk: Walk, begin: Cursor | None, size: int) -> Cursor | None:
    """Return the last of the next *size* rows; None if there are less."""
    query = _from(walk, select(walk.at, walk.table.c.id)).where(_between(walk, begin, None))
    row = connection.execute(query.order_by(*_order(walk)).offset(size - 1).limit(1)).first()
    return None if row is None else Cursor(*row)


def _from(walk: Walk, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    # PostgreSQL has statistics. SQLite has none, and would sort what another index finds.
    hinted = query.with_hint(walk.table, f"INDEXED BY {walk.index}", "sqlite") if walk.index else query
    return hinted.where(walk.base)


def _between(walk: Walk, begin: Cursor | None, end: Cursor | None) -> ColumnElement[bool]:
    place = tuple_(walk.at, walk.table.c.id)
    conditions = []
    if begin is not None:
        conditions.append(place < tuple(begin))
    if end is not None:
        conditions.append(place >= tuple(end))
    return and_(true(), *conditions)


def _order(walk: Walk) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return walk.at.desc(), walk.table.c.id.desc()


def _cursor(walk: Walk, row: Row[*tuple[Any, ...]]) -> Cursor:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name of the mapping
    return Cursor(values[walk.at], values[walk.table.c.id])
