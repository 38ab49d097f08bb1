"""Pruning: deletes what nobody will ask for again, in small transactions that leave time for others."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Column, Connection, Select, Table, and_, delete, exists, or_, select, tuple_

from worker.domain.events import EventResult
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import DeliveryOutcome
from worker.store.database.database import Database
from worker.store.tables import audit_log, deliveries, events, orders, writes

BATCH_SIZE = 500
PAUSE_SECONDS = 0.05
"""Between two batches: another process polls for SQLite's write lock, and must find it free."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A batch of rows older than *before*, after the last row of the batch before it."""

    now: Instant
    before: Instant
    size: int
    after: tuple[Instant, int] = (0, 0)

    def of(self, table: Table, instant: Column[int]) -> Select[int, int]:
        """Select and lock the next rows by *instant* and id, so that events which come in now wait for the batch."""
        in_page = and_(instant < self.before, tuple_(instant, table.c.id) > self.after)
        rows = select(instant.label("at"), table.c.id).where(in_page).order_by(instant, table.c.id)
        return rows.limit(self.size).with_for_update(skip_locked=True)


_Rows: TypeAlias = Sequence[tuple[Instant, int]]
_PrunePage: TypeAlias = Callable[[Connection, _Page], tuple[_Rows, dict[str, int]]]


def prune(
    database: Database,
    *,
    keep: Duration,
    dedupe_for: Duration,
    batch_size: int = BATCH_SIZE,
    pause_seconds: float = PAUSE_SECONDS,
) -> dict[str, int]:
    """Delete settled orders untouched for *keep*, with all that belongs to them, and deliveries as old.

    Returns how many rows are gone, by table. An event's key lives as long as its order's row, so nothing is deleted
    before *dedupe_for* is over either. Open orders, pending events and quarantined deliveries stay; a delivery stays
    as long as one of its events.
    """
    with database.read() as connection:
        now = database.now(connection)
    page = _Page(now, now - max(keep, dedupe_for), batch_size)
    gone = Counter(orders=0, events=0, writes=0, audit_log=0, deliveries=0)
    for prune_page in (_prune_orders, _prune_deliveries):
        gone.update(_prune_pages(database, prune_page, page, pause_seconds))
    return dict(gone)


def _prune_pages(database: Database, prune_page: _PrunePage, page: _Page, pause_seconds: float) -> Counter[str]:
    gone: Counter[str] = Counter()
    while True:
        with database.write() as connection:
            rows, deleted = prune_page(connection, page)
        gone.update(deleted)
        if len(rows) < page.size:
            return gone
        page = replace(page, after=rows[-1])
        time.sleep(pause_seconds)


def _prune_orders(connection: Connection, page: _Page) -> tuple[_Rows, dict[str, int]]:
    settled = page.of(orders, orders.c.updated_at).where(
        orders.c.due.is_(None),
        orders.c.stop.is_(None),
        orders.c.sending.is_(None),
        orders.c.seen_revision == orders.c.revision,
        or_(orders.c.lease_until.is_(None), orders.c.lease_until <= page.now),
        ~exists().where(events.c.order_row == orders.c.id, events.c.result == EventResult.PENDING.value),
    )
    rows = [(at, row) for at, row in connection.execute(settled)]
    ids = [row for _, row in rows]
    columns = {
        "writes": writes.c.order_row,
        "audit_log": audit_log.c.order_row,
        "events": events.c.order_row,
        "orders": orders.c.id,
    }
    return rows, {name: _delete(connection, column, ids) for name, column in columns.items()}


def _prune_deliveries(connection: Connection, page: _Page) -> tuple[_Rows, dict[str, int]]:
    old = page.of(deliveries, deliveries.c.received_at).where(
        deliveries.c.outcome != DeliveryOutcome.QUARANTINED.value,
        ~exists().where(events.c.delivery_id == deliveries.c.id),
    )
    rows = [(at, row) for at, row in connection.execute(old)]
    return rows, {"deliveries": _delete(connection, deliveries.c.id, [row for _, row in rows])}


def _delete(connection: Connection, column: Column[int], ids: Sequence[int]) -> int:
    return connection.execute(delete(column.table).where(column.in_(ids))).rowcount if ids else 0
