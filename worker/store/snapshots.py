"""Snapshots in SQL: the row of an order with its events, its writes and its audit log."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, case, func, select

from worker.domain.accounts.workers import service_of, serving_since
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.overview.snapshot import (
    AuditEntry,
    EventEntry,
    Hold,
    OrderRow,
    RefusedDeliveries,
    Snapshot,
    UnusedDelivery,
    Write,
)
from worker.domain.reasons import QuarantineReason
from worker.domain.stages import Stage
from worker.store.conditions import is_active
from worker.store.rows import events_of, hold_of, order_of
from worker.store.tables import NAMES_ORDER, audit_log, deliveries, events, holds, writes
from worker.store.workers import seen_workers

Holds: TypeAlias = dict[str, tuple[Hold, ...]]
"""Holds by account."""


MAX_UNUSED = 20
"""How many unused deliveries of an order are shown: the latest ones."""
MAX_NAMES = 50
"""By how many names an order is looked for among them: an order with more parcels is an error of a sender."""


def active_holds(connection: Connection, now: Instant, account: str | None = None) -> Holds:
    """Return the holds that are active at *now*, of all accounts or of one."""
    query = select(holds).where(is_active(now))
    if account is not None:
        query = query.where(holds.c.account == account)
    active: Holds = {}
    for row in connection.execute(query.order_by(holds.c.since)):
        active[row.account] = (*active.get(row.account, ()), hold_of(row))
    return active


def order_row(row: Row[Any], held: Holds) -> OrderRow:
    """Return a row of `orders` with the holds of its account."""
    return OrderRow(
        order=order_of(row),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        lease_until=row.lease_until,
        due=row.due,
        not_before=row.not_before,
        waiting=row.waiting,
        waiting_detail=row.waiting_detail,
        stop=row.stop or "",
        stop_detail=row.stop_detail,
        stopped_at=row.stopped_at,
        listed_as=row.listed_as,
        listed_at=row.listed_at,
        held=held.get(row.account, ()),
    )


def snapshot_of(connection: Connection, row: Row[Any], held: Holds, now: Instant) -> Snapshot:
    """Return a row of `orders` with its events, its writes and its audit log."""
    order, workers = order_row(row, held), seen_workers(connection)
    return Snapshot(
        now=now,
        row=order,
        event_entries=tuple(_event_entries(connection, row.id, order)),
        writes=tuple(_writes(connection, row.id)),
        audit_log=tuple(_audit_log(connection, row.id)),
        service=service_of(row.account, workers, now),
        serving_since=serving_since(row.account, workers, now),
    )


def refused_deliveries(connection: Connection, snapshot: Snapshot) -> tuple[RefusedDeliveries, ...]:
    """Return the quarantined deliveries about the order of sources that do not carry it, by source."""
    received_at = deliveries.c.received_at
    open_at = case((deliveries.c.replayed_at.is_(None), received_at))
    query = select(deliveries.c.source, func.count(), func.max(received_at), func.max(open_at)).where(
        NAMES_ORDER,
        deliveries.c.named.in_(names_of(snapshot)),
        deliveries.c.reason == QuarantineReason.NOT_YOUR_ORDER.value,
    )
    by_source = query.group_by(deliveries.c.source).order_by(deliveries.c.source)
    return tuple(RefusedDeliveries(*row) for row in connection.execute(by_source))


def unused_deliveries(connection: Connection, snapshot: Snapshot) -> tuple[UnusedDelivery, ...]:
    """Return the quarantined and stale deliveries that name the order, by any of its names, the newest first.

    No others have a name: a condition on the outcome would lead to another index. Those of `refused_deliveries` are not
    among them, and there are at most `MAX_UNUSED`.
    """
    query = (
        select(
            deliveries.c.id,
            deliveries.c.source,
            deliveries.c.received_at,
            deliveries.c.outcome,
            deliveries.c.reason,
            deliveries.c.detail,
            deliveries.c.replayed_at,
        )
        .where(NAMES_ORDER, deliveries.c.named.in_(names_of(snapshot)))
        .where(deliveries.c.reason != QuarantineReason.NOT_YOUR_ORDER.value)
        .order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc())
    )
    return tuple(UnusedDelivery(*row) for row in connection.execute(query.limit(MAX_UNUSED)))


def names_of(snapshot: Snapshot) -> list[str]:
    """Return the texts by which deliveries name the order, as `OrderKey.comparable`, at most `MAX_NAMES`."""
    order = snapshot.order
    references = [Reference("number", order.number)] if order.number else []
    for entry in snapshot.event_entries:
        references += entry.recorded.event.parcel_names
    keys = [order.key, *(OrderKey(order.key.account, str(reference)) for reference in references)]
    return [*dict.fromkeys(filter(None, (key.comparable for key in keys)))][:MAX_NAMES]


def _event_entries(connection: Connection, row_id: int, order: OrderRow) -> Iterable[EventEntry]:
    key = order.order.key
    columns = (events.c.id, events.c.delivery_id, events.c.result_at, events.c.reference)
    rows = connection.execute(select(*columns).where(events.c.order_row == row_id))
    # Until the order of a reference is found, its row has the reference that its events name.
    reference = key.order_id if key.reference else ""
    details = {row.id: (row.delivery_id, row.result_at, row.reference or reference) for row in rows}
    return (EventEntry(recorded, *details[recorded.id]) for recorded in events_of(connection, row_id, key))


def _writes(connection: Connection, row_id: int) -> Iterable[Write]:
    for row in connection.execute(select(writes).where(writes.c.order_row == row_id).order_by(writes.c.id)):
        yield Write(
            stage=Stage(row.stage),
            fields=row.fields,
            sent_at=row.sent_at,
            lease_token=row.lease_token,
            inferred=row.inferred,
            answered_at=row.answered_at,
            outcome=row.outcome,
            answer=row.answer,
        )


def _audit_log(connection: Connection, row_id: int) -> Iterable[AuditEntry]:
    query = select(audit_log).where(audit_log.c.order_row == row_id).order_by(audit_log.c.id)
    for row in connection.execute(query):
        yield AuditEntry(row.at, row.action, row.detail)
