"""Feeds: the new rows of a table, each once, in pages.

Transactions do not commit in the order of their ids. So each look also asks for the ids of the last seconds, and reads
those that it has not seen.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, and_, or_, select

from worker.domain.instants import SECOND, Duration, Instant

PAGE = 500
"""How many rows a look reads."""
LATE: Duration = 15 * SECOND
"""No transaction takes longer."""
MAX_LATE = 50_000
"""How many ids of that time are remembered; with more, the oldest are forgotten."""


class Feed:
    """The rows of *table* that happened *at* an instant *since* then, and are not seen yet."""

    def __init__(self, table: Table, at: Column[int], query: Select[*tuple[Any, ...]], since: Instant) -> None:
        self._table, self._at, self._query, self._since = table, at, query, since
        self._last_id = -1
        self._seen: set[tuple[int, Instant]] = set()
        self._looks: deque[tuple[Instant, int]] = deque()
        self.is_full = False

    def read(self, connection: Connection, now: Instant) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return up to `PAGE` rows that were not seen, by their ids. *is_full* says whether there may be more."""
        if self._last_id < 0:
            self._last_id = _last_before(connection, self._table, self._at, self._since)
        row_id = self._table.c.id
        missed = self._missed(connection)
        new = and_(row_id > self._last_id, self._at >= self._since)
        wanted = or_(new, row_id.in_(missed)) if missed else new
        rows = connection.execute(self._query.where(wanted).order_by(row_id).limit(PAGE)).all()
        self.is_full = len(rows) == PAGE
        self._note([(row.id, row.at) for row in rows], now)
        return rows

    def _missed(self, connection: Connection) -> list[int]:
        """Return ids that an earlier look has passed before their rows were committed."""
        floor = self._looks[0][1] if self._looks else self._last_id
        row_id = self._table.c.id
        # SQLite gives the id of the last row again after that row was deleted: then it has another instant.
        passed = and_(row_id >= floor, row_id <= self._last_id, self._at >= self._since)
        pairs = connection.execute(select(row_id, self._at).where(passed).order_by(row_id.desc()).limit(MAX_LATE))
        return sorted(pair[0] for pair in pairs if (pair[0], pair[1]) not in self._seen)[:PAGE]

    def _note(self, pairs: Sequence[tuple[int, Instant]], now: Instant) -> None:
        self._seen.update(pairs)
        self._last_id = max([self._last_id, *(row_id for row_id, _ in pairs)])
        self._looks.append((now, self._last_id))
        while len(self._looks) > 1 and self._looks[1][0] <= now - LATE:
            self._looks.popleft()
        floor = self._looks[0][1]
        if len(self._seen) > 2 * PAGE:
            self._seen = {pair for pair in self._seen if pair[0] >= floor}


def _last_before(connection: Connection, table: Table, at: Column[int], since: Instant) -> int:
    """Return an id before which all rows are older than *since*, with a few searches: ids grow with time."""
    low, high = 0, connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        following = select(table.c.id, at).where(table.c.id > middle).order_by(table.c.id).limit(1)
        row = connection.execute(following).first()
        if row is None or row[1] >= since - LATE:
            high = middle
        else:
            low = row[0]
    return low
