"""What an operator decides about one order, in SQL: it is due, released or closed. The caller opens the transaction.

Each function changes nothing, and says so, when the order is not as the operator saw it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from worker.domain.events import STAGE_OF, EventResult
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import AuditAction, StopReason
from worker.store.audit import Entry, write_entries
from worker.store.conditions import has_key
from worker.store.intake.references.searches import reopen_events
from worker.store.tables import events, orders

CLOSED = "closed"
"""Stands in the audit log where a release of a stopped order has the reason of the stop."""

_WITHOUT_STOP: dict[str, Any] = {
    "stop": None,
    "stop_detail": "",
    "stopped_at": None,
    "failing_since": None,
    "failures": 0,
    "conflicts": 0,
    "missing_since": None,
}
"""The columns of an order that has neither failures nor a stop."""
_WITHOUT_WORK: dict[str, Any] = {
    "due": None,
    "lease_token": None,
    "lease_until": None,
    "sending": None,
    "sent_at": None,
    "behind_at": None,
    "unread": False,
}
"""The columns of an order that no worker takes."""


def is_as_seen(snapshot: Snapshot) -> ColumnElement[bool]:
    """The order still has the very stop that *snapshot* shows, or none if *snapshot* shows none, and is still open.

    If *snapshot* shows it closed by an operator, it is still closed.
    """
    row, stop = snapshot.row, snapshot.row.stop or None
    return and_(
        has_key(snapshot.order.key),
        orders.c.stop == stop,
        orders.c.stopped_at == row.stopped_at,
        orders.c.closed_by_operator == snapshot.order.closed_by_operator,
    )


def make_due(connection: Connection, key: OrderKey, reason: str, now: Instant) -> bool:
    """Make the order due: see `OperatorStore.make_due`."""
    is_open = and_(has_key(key), orders.c.stop.is_(None), orders.c.closed_by_operator == 0)
    keeps_its_place = case((orders.c.due < now, orders.c.due), else_=now)
    order_row = _change(connection, is_open, _due(now) | {"due": keeps_its_place})
    if order_row is not None:
        write_entries(connection, order_row, now, [Entry(AuditAction.RETRIED, reason)])
    return order_row is not None


def release(connection: Connection, snapshot: Snapshot, reason: str, now: Instant, *, acknowledge: bool) -> bool:
    """Lift the stop of the order, or open it: see `OperatorStore.release` and `OperatorStore.retry_stopped`."""
    values = _due(now) | _WITHOUT_STOP | {"closed_by_operator": 0, "unread": True}
    seen = _acknowledged(snapshot, now) if acknowledge else {}
    order_row = _change(connection, is_as_seen(snapshot), values | seen)
    if order_row is None:
        return False
    if snapshot.order.key.reference:
        reopen_events(connection, order_row)
    else:
        _reopen_events_of_order(connection, order_row, snapshot.order.revision)
    action = AuditAction.RELEASED if acknowledge else AuditAction.RETRIED
    write_entries(connection, order_row, now, [Entry(action, f"{snapshot.row.stop or CLOSED}: {reason}")])
    return True


def close(
    connection: Connection, snapshot: Snapshot, reason: str, results: Mapping[int, EventResult], now: Instant
) -> bool:
    """Close the order: see `OperatorStore.close`."""
    is_free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    is_unchanged = and_(is_as_seen(snapshot), orders.c.revision == snapshot.order.revision, is_free)
    order_row = _change(connection, is_unchanged, _closed(snapshot, now))
    if order_row is None:
        return False
    for result in sorted(set(results.values())):
        ids = [event_id for event_id, its_result in results.items() if its_result is result]
        of_order = and_(events.c.order_row == order_row, events.c.id.in_(ids))
        connection.execute(update(events).where(of_order).values(result=result, result_at=now))
    detail = f"{snapshot.row.stop}: {reason}" if snapshot.row.stop else reason
    write_entries(connection, order_row, now, [Entry(AuditAction.CLOSED_BY_OPERATOR, detail)])
    return True


def find_as_seen(connection: Connection, snapshot: Snapshot) -> int | None:
    """Return the id of the row of the order if it is as *snapshot* shows it: see `is_as_seen`."""
    return connection.execute(select(orders.c.id).where(is_as_seen(snapshot))).scalar()


def _change(connection: Connection, condition: ColumnElement[bool], values: Mapping[str, Any]) -> int | None:
    return connection.execute(update(orders).where(condition).values(values).returning(orders.c.id)).scalar()


def _due(now: Instant) -> dict[str, Any]:
    """Return the columns of an order that is due now, whatever it waited for."""
    return {
        "due": now,
        "not_before": None,
        "enqueued_at": None,
        "waiting": "",
        "waiting_detail": "",
        "updated_at": now,
    }


def _acknowledged(snapshot: Snapshot, now: Instant) -> dict[str, Any]:
    """Return the columns of an order of which the operator has acknowledged all that *snapshot* shows.

    Later events may stop the order again, because the operator did not see them.
    """
    values: dict[str, Any] = {"acknowledged": snapshot.order.revision, "acknowledged_at": now, "behind_at": None}
    if snapshot.row.stop == StopReason.MOVED_BACK:
        # The next read sets the stage, whatever it shows, and `complete_after` counts from then.
        values |= {"stage": None, "delivered_at": None}
    return values


def _closed(snapshot: Snapshot, now: Instant) -> dict[str, Any]:
    revision = snapshot.order.revision
    seen = {"closed_by_operator": max(revision, 1), "seen_revision": revision}
    return _due(now) | _WITHOUT_STOP | _acknowledged(snapshot, now) | _WITHOUT_WORK | seen


def _reopen_events_of_order(connection: Connection, order_row: int, revision: int) -> None:
    """Make the stopped and void events up to *revision* pending that name a stage. Alarms were acknowledged."""
    ended = and_(
        events.c.order_row == order_row,
        events.c.result.in_([EventResult.STOPPED.value, EventResult.VOID.value]),
        events.c.revision <= revision,
        events.c.name.in_([*STAGE_OF]),
    )
    connection.execute(update(events).where(ended).values(result=EventResult.PENDING.value, result_at=None))
