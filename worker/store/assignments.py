"""Assigns an order to the source that carries it, by the word of an operator or of another source.

The caller opens the transaction.
"""

from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from worker.domain.events import OPERATOR, EventResult
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import AuditAction
from worker.store.audit import Entry, write_entries
from worker.store.conditions import has_key
from worker.store.tables import events, orders


def assign(connection: Connection, snapshot: Snapshot, source: str, reason: str, now: Instant) -> bool:
    """Make *source* the carrier of the order: see `OperatorStore.assign`."""
    is_as_seen = and_(has_key(snapshot.order.key), orders.c.carrier == snapshot.order.carrier)
    order = connection.execute(select(orders).where(is_as_seen).with_for_update()).first()
    if order is None:
        return False
    connection.execute(update(orders).where(orders.c.id == order.id).values(_columns(order, source, now)))
    note_carrier(connection, order.id, (order.carrier, source), reason, now)
    return True


def note_carrier(
    connection: Connection, order_row: int, before_and_after: tuple[str, str], reason: str, now: Instant
) -> None:
    """Note in the audit log that an order has another carrier, for *reason*: the sources *before_and_after*.

    What the new carrier had said without effect may have one now; the rules decide. The caller has locked the row of
    the order, whose id is *order_row*, and has made it due.
    """
    before, after = before_and_after
    regained = and_(events.c.order_row == order_row, events.c.restricted, events.c.source == after)
    connection.execute(
        update(events)
        .where(regained, events.c.result == EventResult.VOID.value)
        .values(result=EventResult.PENDING.value, result_at=None)
    )
    detail = f"to {after or 'nobody'}, after {before or 'nobody'}: {reason}"
    write_entries(connection, order_row, now, [Entry(AuditAction.ASSIGNED, detail)])


def _columns(order: Row[Any], source: str, now: Instant) -> dict[str, Any]:
    """Return the columns of an order with the carrier *source*.

    Like a new event, that makes the order due, and interrupts a reconciliation that has weighed the former carrier's
    events. It neither shortens a back-off nor delays an earlier due time.
    """
    earliest = max(now, order.not_before or now)
    return {
        "carrier": source,
        "carrier_by": OPERATOR if source else "",
        "revision": order.revision + 1,
        "due": earliest if order.due is None else min(order.due, earliest),
        "updated_at": now,
    }
