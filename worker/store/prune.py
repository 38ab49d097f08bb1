"""Pruning: deletes old rows in small transactions, between which other processes can write."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import Column, Connection, Select, Table, and_, delete, exists, or_, select, tuple_

from worker.domain.errors import StoreUnavailable
from worker.domain.events import EventResult
from worker.domain.instants import Duration, Instant
from worker.domain.kept import KeptBounds, KeptKey
from worker.domain.reasons import DeliveryOutcome
from worker.store.conditions import is_never_shown
from worker.store.database.database import Database
from worker.store.intake.kept.pruning import count_anew, kept_keys, prune_kept
from worker.store.tables import account_log, audit_log, deliveries, events, orders, writes

BATCH_SIZE = 500
PAUSE_SECONDS = 0.05
"""Between two batches. Another process polls for SQLite's write lock, and must find it free."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The next batch of *size* rows: older than *before*, and after the last row of the previous batch."""

    now: Instant
    before: Instant
    size: int
    after: tuple[Instant, int] = (0, 0)

    def select_from(self, table: Table, instant: Column[int]) -> Select[int, int]:
        """Select and lock the rows, by *instant* and id. Events of these orders that come in now wait for the batch."""
        in_batch = and_(instant < self.before, tuple_(instant, table.c.id) > self.after)
        rows = select(instant.label("at"), table.c.id).where(in_batch).order_by(instant, table.c.id)
        return rows.limit(self.size).with_for_update(skip_locked=True)


_Rows: TypeAlias = Sequence[tuple[Instant, int]]
_PruneBatch: TypeAlias = Callable[[Connection, _Batch], tuple[_Rows, dict[str, int]]]


def prune(
    database: Database,
    *,
    keep: Duration,
    dedupe_for: Duration,
    bounds: Mapping[str, KeptBounds] = MappingProxyType({}),
    batch_size: int = BATCH_SIZE,
    pause_seconds: float = PAUSE_SECONDS,
) -> dict[str, int]:
    """Delete what is older than *keep*: settled orders with everything about them, deliveries, and accounts' log.

    An order is as old as its last update. Returns how many rows were deleted, by table. Nothing younger than
    *dedupe_for* is deleted either, because the key of an event lives as long as its order; but deliveries that move no
    order have no such key. Open orders and pending events stay, but not stopped orders that the platform has never
    shown. A delivery stays as long as one of its events.

    Of the deliveries that move no order, no more is kept than *bounds* allow, by source; other sources have the
    defaults. `quarantined` tells how many of the deliveries were quarantined.
    Raises `StoreUnavailable`; the batches before it stay deleted.
    """
    with database.read() as connection:
        now = database.now(connection)
        keys = kept_keys(connection)
    batch = _Batch(now, now - max(keep, dedupe_for), batch_size)
    counts = Counter(orders=0, events=0, writes=0, audit_log=0, deliveries=0, account_log=0, quarantined=0)
    for prune_batch in (_prune_orders, _prune_deliveries, _prune_account_log):
        counts.update(_prune_batches(database, prune_batch, batch, pause_seconds))
    for key in keys:
        its_bounds, its_batch = bounds.get(key.source, KeptBounds()), replace(batch, before=now - keep)
        count = sum(_prune_kept(database, key, its_bounds, its_batch, pause_seconds))
        counts.update({"deliveries": count, "quarantined": count if key.outcome == DeliveryOutcome.QUARANTINED else 0})
    return dict(counts)


def _prune_kept(
    database: Database, key: KeptKey, bounds: KeptBounds, batch: _Batch, pause_seconds: float
) -> Iterator[int]:
    """Count anew what is kept of *key*, and yield how many deliveries each batch deletes of it."""
    # With very many, a statement may take longer than any may; then the count stands that all transactions have made.
    with suppress(StoreUnavailable), database.write() as connection:
        count_anew(connection, key)
    has_more = True
    while has_more:
        with database.write() as connection:
            count, has_more = prune_kept(connection, key, bounds, batch.before, batch.now, batch.size)
        yield count
        if has_more:
            time.sleep(pause_seconds)


def _prune_batches(database: Database, prune_batch: _PruneBatch, batch: _Batch, pause_seconds: float) -> Counter[str]:
    counts: Counter[str] = Counter()
    while True:
        with database.write() as connection:
            rows, batch_counts = prune_batch(connection, batch)
        counts.update(batch_counts)
        if len(rows) < batch.size:
            return counts
        batch = replace(batch, after=rows[-1])
        time.sleep(pause_seconds)


def _prune_orders(connection: Connection, batch: _Batch) -> tuple[_Rows, dict[str, int]]:
    settled = batch.select_from(orders, orders.c.updated_at).where(
        orders.c.due.is_(None),
        or_(orders.c.stop.is_(None), is_never_shown()),
        orders.c.sending.is_(None),
        orders.c.seen_revision == orders.c.revision,
        or_(orders.c.lease_until.is_(None), orders.c.lease_until <= batch.now),
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


def _prune_deliveries(connection: Connection, batch: _Batch) -> tuple[_Rows, dict[str, int]]:
    old = batch.select_from(deliveries, deliveries.c.received_at).where(
        deliveries.c.outcome == DeliveryOutcome.ACCEPTED.value,
        ~exists().where(events.c.delivery_id == deliveries.c.id),
    )
    rows = [(at, row) for at, row in connection.execute(old)]
    return rows, {"deliveries": _delete(connection, deliveries.c.id, [row for _, row in rows])}


def _prune_account_log(connection: Connection, batch: _Batch) -> tuple[_Rows, dict[str, int]]:
    rows = [(at, row) for at, row in connection.execute(batch.select_from(account_log, account_log.c.at))]
    return rows, {"account_log": _delete(connection, account_log.c.id, [row for _, row in rows])}


def _delete(connection: Connection, column: Column[int], ids: Sequence[int]) -> int:
    return connection.execute(delete(column.table).where(column.in_(ids))).rowcount if ids else 0
