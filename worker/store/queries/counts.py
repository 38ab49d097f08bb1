"""Counts for the metrics. What is counted anew are the recent rows, and the few that matter, however many there are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal_column, select

from worker.domain.accounts.workers import running
from worker.domain.overview.figures import Figures, OrderGroup
from worker.domain.policy import Policy
from worker.store.conditions import is_due
from worker.store.database.database import Database
from worker.store.queries.integrity import RecentIntegrity
from worker.store.queries.kept import kept_deliveries
from worker.store.queries.late import late_counts
from worker.store.queries.older_rows import Older, OlderRows
from worker.store.queries.row_ranges import Rows, all_rows, rows_after
from worker.store.queries.watch import last_deliveries, last_scans
from worker.store.snapshots import active_holds
from worker.store.tables import counters, deliveries, events, orders, writes
from worker.store.workers import seen_workers

_EMPTY: ColumnElement[str] = literal_column("''")
_GROUPS: Mapping[Table, tuple[ColumnElement[Any], ...]] = {
    # By the columns themselves, SQLite would read all of an index, to group the recent rows by them.
    deliveries: tuple(func.coalesce(column, _EMPTY) for column in (deliveries.c.source, deliveries.c.outcome)),
    events: (events.c.result,),
    orders: (orders.c.account, orders.c.stage, orders.c.closed, orders.c.stop),
    writes: (writes.c.outcome,),
}
"""The columns by which the rows of each table are counted."""
_STOPPED = orders.c.stop.is_not(None)

Groups: TypeAlias = Counter[tuple[Any, ...]]
"""How many rows there are, by the name of their table and their values in its columns in `_GROUPS`."""


def count_groups(database: Database, rows: Rows) -> Groups:
    """Count *rows* in one transaction, except stopped orders. Raises `StoreUnavailable`."""
    with database.read() as connection:
        return _groups(connection, rows)


def _groups(connection: Connection, rows: Rows) -> Groups:
    groups: Groups = Counter()
    for table, columns in _GROUPS.items():
        where = and_(rows(table), ~_STOPPED) if table is orders else rows(table)
        counts = connection.execute(select(*columns, func.count()).where(where).group_by(*columns))
        groups.update({(table.name, *values): count for *values, count in counts})
    return groups


class CountQueries:
    """Counts everything in the database. *integrity* has the discrepancies of the last minute, if they are wanted.

    *policies*, by account, say which orders are late. *older* has the counts of the rows that are not recent; without
    it, all rows are counted anew.
    """

    def __init__(
        self,
        database: Database,
        integrity: RecentIntegrity | None = None,
        policies: Mapping[str, Policy] = MappingProxyType({}),
        older: OlderRows[tuple[Any, ...]] | None = None,
    ) -> None:
        self._database, self._integrity, self._policies, self._older = database, integrity, policies, older

    def close(self) -> None:
        """End the threads that count older rows."""
        if self._older:
            self._older.close()
        if self._integrity:
            self._integrity.close()

    def figures(self) -> Figures:
        """Count in one transaction, at one instant. Raises `StoreUnavailable`.

        Until the older rows are counted for the first time, nothing is said of deliveries, events, orders and writes.
        """
        discrepancies = self._integrity.discrepancies() if self._integrity else {}
        older = self._older.latest() if self._older else None
        with self._database.read() as connection:
            groups = self._all_groups(connection, older)
            now = self._database.now(connection)
            due, oldest = connection.execute(select(func.count(), func.min(orders.c.due)).where(is_due(now))).one()
            held = active_holds(connection, now).values()
            return Figures(
                deliveries=_deliveries(connection, groups) if groups else {},
                events={result: count for (result,), count in _of(events, groups)},
                orders={OrderGroup(*(word or "" for word in words)): count for words, count in _of(orders, groups)},
                writes={outcome: count for (outcome,), count in _of(writes, groups)},
                holds=tuple(chain.from_iterable(held)),
                due=due,
                oldest_due=now - oldest if oldest is not None else 0,
                workers=len(running(seen_workers(connection), now)),
                discrepancies=discrepancies,
                now=now,
                scans=last_scans(connection),
                late=late_counts(connection, self._policies, now),
                last_deliveries=last_deliveries(connection),
                kept=kept_deliveries(connection),
            )

    def _all_groups(self, connection: Connection, older: Older[tuple[Any, ...]] | None) -> Groups | None:
        if self._older is None:
            groups = _groups(connection, all_rows(connection))
        elif older is None:
            return None
        else:
            groups = older.counts + _groups(connection, rows_after(older.ends))
        columns = _GROUPS[orders]
        stopped = select(*columns, func.count()).where(_STOPPED).group_by(*columns)
        return groups + Counter({(orders.name, *values): count for *values, count in connection.execute(stopped)})


def _of(table: Table, groups: Groups | None) -> Iterator[tuple[tuple[Any, ...], int]]:
    return ((tuple(values), count) for (name, *values), count in (groups or {}).items() if name == table.name)


def _deliveries(connection: Connection, groups: Groups) -> Counter[tuple[str, str]]:
    """Count deliveries by (source, outcome): the stored ones, plus those that are only counted."""
    total = Counter({(source, outcome): count for (source, outcome), count in _of(deliveries, groups)})
    for source, outcome, count in connection.execute(select(counters.c.source, counters.c.outcome, counters.c.count)):
        total[source, outcome] += count
    return total
