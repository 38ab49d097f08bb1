"""Prune: the journal forgets what nobody will ask for again, in small transactions that let others in between."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Column, Connection, Select, Table, and_, delete, exists, or_, select, tuple_

from worker.domain.events import EventEnd
from worker.journal.database import Database
from worker.journal.outcomes import Outcome
from worker.journal.tables import deliveries, events, orders, remarks, steps

BATCH = 500
REST = 0.05
"""Seconds between two batches: a writer that meets SQLite's lock polls for it, and must find it free."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A batch of old rows: those older than *before*, from where the last batch ended."""

    now: int
    before: int
    size: int
    after: tuple[int, int] = (0, 0)

    def of(self, table: Table, instant: Column[int]) -> Select[int, int]:
        """Find the next rows by *instant* and id. They stay locked: news that comes in now waits for the batch."""
        beyond = and_(instant < self.before, tuple_(instant, table.c.id) > self.after)
        rows = select(instant.label("at"), table.c.id).where(beyond).order_by(instant, table.c.id)
        return rows.limit(self.size).with_for_update(skip_locked=True)


_Found = Sequence[tuple[int, int]]
_Prune = Callable[[Connection, _Page], tuple[_Found, dict[str, int]]]


def prune(database: Database, *, keep: int, dedupe_for: int, batch: int = BATCH, rest: float = REST) -> dict[str, int]:
    """Delete settled orders untouched for *keep*, with all that hangs on them, and deliveries as old.

    Returns how many rows are gone, by table. *keep* and *dedupe_for* are microseconds; an event's key
    lives as long as its order's row, so nothing goes before *dedupe_for* is over either. Open orders,
    pending events and quarantined deliveries stay, and so does a delivery while one of its events does.
    """
    with database.read() as connection:
        now = database.now(connection)
    page = _Page(now, now - max(keep, dedupe_for), batch)
    gone = Counter(orders=0, events=0, steps=0, remarks=0, deliveries=0)
    for kind in (_prune_orders, _prune_deliveries):
        gone.update(_prune_all(database, kind, page, rest))
    return dict(gone)


def _prune_all(database: Database, kind: _Prune, page: _Page, rest: float) -> Counter[str]:
    gone: Counter[str] = Counter()
    while True:
        with database.write() as connection:
            found, deleted = kind(connection, page)
        gone.update(deleted)
        if len(found) < page.size:
            return gone
        page = replace(page, after=found[-1])
        time.sleep(rest)


def _prune_orders(connection: Connection, page: _Page) -> tuple[_Found, dict[str, int]]:
    settled = page.of(orders, orders.c.updated_at).where(
        orders.c.due.is_(None),
        orders.c.stop.is_(None),
        orders.c.sending.is_(None),
        orders.c.seen_revision == orders.c.revision,
        or_(orders.c.lease_until.is_(None), orders.c.lease_until <= page.now),
        ~exists().where(events.c.order == orders.c.id, events.c.end == EventEnd.PENDING.value),
    )
    found = [(at, row) for at, row in connection.execute(settled)]
    rows = [row for _, row in found]
    hanging = {"steps": steps.c.order, "remarks": remarks.c.order, "events": events.c.order, "orders": orders.c.id}
    return found, {name: _delete(connection, column, rows) for name, column in hanging.items()}


def _prune_deliveries(connection: Connection, page: _Page) -> tuple[_Found, dict[str, int]]:
    old = page.of(deliveries, deliveries.c.received_at).where(
        deliveries.c.outcome != Outcome.QUARANTINED.value,
        ~exists().where(events.c.delivery == deliveries.c.id),
    )
    found = [(at, row) for at, row in connection.execute(old)]
    return found, {"deliveries": _delete(connection, deliveries.c.id, [row for _, row in found])}


def _delete(connection: Connection, column: Column[int], rows: Sequence[int]) -> int:
    return connection.execute(delete(column.table).where(column.in_(rows))).rowcount if rows else 0
