"""Orders as JSON objects. Instants are RFC 3339 in UTC; a missing value is null."""

from worker.cli.json_lines import Document, order_names
from worker.domain.instants import Instant
from worker.domain.overview.lateness import is_late, late_at
from worker.domain.overview.snapshot import AuditEntry, EventEntry, OrderRow, Snapshot, Write
from worker.domain.policy import Policy
from worker.operations.instants import iso


def order_document(row: OrderRow, now: Instant, policy: Policy) -> Document:
    """Return one order as a list shows it. *now* is the time of the database's clock, *policy* that of its account."""
    order = row.order
    return {
        **order_names(order.key),
        "number": order.number or None,
        "state": row.state(now),
        "carrier": order.carrier or None,
        "carrier_by": order.carrier_by or None,
        "stage": order.stage,
        "staged_at": iso(order.staged_at),
        "late": is_late(order, policy, now),
        "late_at": iso(late_at(order, policy)),
        "status": order.status,
        "closed": order.closed,
        "closed_by_operator": bool(order.closed_by_operator),
        "stop": row.stop or None,
        "stop_detail": row.stop_detail or None,
        "stopped_at": iso(row.stopped_at),
        "waiting": row.waiting or None,
        "waiting_detail": row.waiting_detail or None,
        "held": [hold.reason for hold in row.held],
        "due": iso(row.due),
        "lease_until": iso(row.lease_until),
        "sending": order.sending,
        "failures": order.failures,
        "read_at": iso(order.read_at),
        "confirmed_at": iso(order.confirmed_at),
        "first_seen_at": iso(row.first_seen_at),
        "updated_at": iso(row.updated_at),
    }


def snapshot_document(snapshot: Snapshot, policy: Policy) -> Document:
    """Return one order with its events, its writes and its audit log. *policy* is that of its account."""
    return {
        **order_document(snapshot.row, snapshot.now, policy),
        "events": [_event(entry) for entry in snapshot.event_entries],
        "writes": [_write(write) for write in snapshot.writes],
        "audit_log": [_audit_entry(entry) for entry in snapshot.audit_log],
    }


def _event(entry: EventEntry) -> Document:
    event = entry.recorded.event
    return {
        "id": entry.recorded.id,
        "delivery_id": entry.delivery_id,
        "source": event.source,
        "key": event.key,
        "event": event.name,
        "occurred_at": iso(event.occurred_at),
        "received_at": iso(event.received_at),
        "tracking": event.tracking or None,
        "tracking_url": event.tracking_url or None,
        "shipment": event.shipment or None,
        "parcels": event.parcels,
        "note": event.note or None,
        "reference": entry.reference or None,
        "result": entry.recorded.result,
        "result_at": iso(entry.result_at),
    }


def _write(write: Write) -> Document:
    return {
        "stage": write.stage,
        "inferred": write.inferred,
        "fields": dict(write.fields),
        "sent_at": iso(write.sent_at),
        "answered_at": iso(write.answered_at),
        "outcome": write.outcome,
        "answer": write.answer or None,
        "lease_token": write.lease_token,
    }


def _audit_entry(entry: AuditEntry) -> Document:
    return {"at": iso(entry.at), "action": entry.action, "detail": entry.detail}
