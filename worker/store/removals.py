"""Removes a parcel of an order: deletes the events by which operators have registered it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, or_, select, update

from worker.domain.events import OPERATOR
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import AuditAction
from worker.ports import Removed
from worker.store.audit import Entry, write_entries
from worker.store.conditions import has_key
from worker.store.tables import audit_log, deliveries, events, orders, writes

_NOTE = "an operator removed "
"""The beginning of the detail of a delivery whose event was removed."""

WAS_REMOVED = and_(deliveries.c.source == OPERATOR, deliveries.c.detail.startswith(_NOTE))
"""The delivery has no event any more, because an operator has removed the parcel that it registered."""


def remove_parcel(
    connection: Connection, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str, now: Instant
) -> Removed:
    """Delete the events *event_ids* of the order in *snapshot*: see `OperatorStore.remove_parcel`."""
    order = connection.execute(select(orders).where(_is_as_seen(snapshot, now)).with_for_update()).first()
    if order is None:
        return Removed.OVERTAKEN
    detail = f"tracking number {tracking}: {reason}"
    count = _delete_events(connection, order.id, event_ids, detail)
    if order.read_at is None and not _has_more(connection, order.id):
        connection.execute(delete(audit_log).where(audit_log.c.order_row == order.id))
        connection.execute(delete(orders).where(orders.c.id == order.id))
        return Removed.WITH_ORDER
    connection.execute(update(orders).where(orders.c.id == order.id).values(_without_events(order, count, now)))
    write_entries(connection, order.id, now, [Entry(AuditAction.REMOVED, detail)])
    return Removed.DONE


def _is_as_seen(snapshot: Snapshot, now: Instant) -> ColumnElement[bool]:
    """The order has the events of *snapshot*, and no worker has it.

    A worker sets the results of events by their ids, and SQLite gives the id of a deleted event to a new one.
    """
    free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    return and_(has_key(snapshot.order.key), orders.c.revision == snapshot.order.revision, free)


def _delete_events(connection: Connection, order_row: int, event_ids: Collection[int], detail: str) -> int:
    """Delete events of an order, and return how many there were. Their deliveries get the *detail*."""
    chosen = and_(events.c.order_row == order_row, events.c.id.in_(event_ids))
    brought_them = deliveries.c.id.in_(select(events.c.delivery_id).where(chosen))
    connection.execute(update(deliveries).where(brought_them).values(detail=f"{_NOTE}{detail}"))
    return connection.execute(delete(events).where(chosen)).rowcount


def _has_more(connection: Connection, order_row: int) -> bool:
    """Tell whether an order has events or writes."""
    columns = (events.c.order_row, writes.c.order_row)
    return bool(connection.scalar(select(or_(*(exists().where(column == order_row) for column in columns)))))


def _without_events(order: Row[Any], count: int, now: Instant) -> dict[str, Any]:
    """Return the columns of an order that has lost *count* events.

    Like a new event, that makes the order due, and neither shortens a back-off nor delays an earlier due time.
    """
    earliest = max(now, order.not_before or now)
    return {
        "revision": order.revision + 1,
        "event_count": order.event_count - count,
        "due": earliest if order.due is None else min(order.due, earliest),
        "updated_at": now,
    }
