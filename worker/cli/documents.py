"""The journal's values as JSON objects. Their keys are contract: they stay as they are. Instants are RFC 3339, UTC."""

from collections.abc import Iterator

from worker.domain.snapshot import OrderRow, Snapshot
from worker.operations.instants import iso
from worker.store.queries.deliveries import DeliveryDetails, DeliveryRow

Document = dict[str, object]


def order_document(row: OrderRow, now: int) -> Document:
    """Return one order as a list shows it; *now* is the journal's clock, in microseconds."""
    order = row.order
    return {
        "account": order.key.account,
        "order": order.key.order_id,
        "number": order.number or None,
        "state": row.state(now),
        "stage": order.stage,
        "status": order.status,
        "closed": order.closed,
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


def snapshot_document(snapshot: Snapshot) -> Document:
    """Return one order with everything that happened to it."""
    return {
        **order_document(snapshot.row, snapshot.now),
        "events": list(_events(snapshot)),
        "writes": list(_steps(snapshot)),
        "audit_log": [{"at": iso(said.at), "word": said.word, "detail": said.detail} for said in snapshot.audit_log],
    }


def _events(snapshot: Snapshot) -> Iterator[Document]:
    for news in snapshot.news:
        event = news.recorded.event
        yield {
            "id": news.recorded.id,
            "delivery": news.delivery,
            "source": event.source,
            "key": event.key,
            "event": event.name,
            "occurred_at": iso(event.occurred_at),
            "received_at": iso(event.received_at),
            "tracking": event.tracking or None,
            "tracking_url": event.tracking_url or None,
            "parcels": event.parcels,
            "note": event.note or None,
            "reference": news.reference or None,
            "result": news.recorded.result,
            "result_at": iso(news.result_at),
        }


def _steps(snapshot: Snapshot) -> Iterator[Document]:
    for sent in snapshot.sent:
        yield {
            "stage": sent.stage,
            "inferred": sent.inferred,
            "update": dict(sent.update),
            "sent_at": iso(sent.sent_at),
            "answered_at": iso(sent.answered_at),
            "outcome": sent.outcome,
            "answer": sent.answer or None,
            "turn": sent.leased,
        }


def delivery_document(row: DeliveryRow) -> Document:
    """Return one delivery as a list shows it."""
    return {
        "id": row.id,
        "source": row.source,
        "received_at": iso(row.received_at),
        "outcome": row.outcome,
        "reason": row.reason or None,
        "detail": row.detail or None,
        "replayed_at": iso(row.replayed_at),
        "size": row.size,
    }


def shown_document(shown: DeliveryDetails) -> Document:
    """Return one delivery with its body as text, and its events."""
    return {
        **delivery_document(shown.row),
        "body": None if shown.body is None else shown.body.decode("utf-8", "backslashreplace"),
        "events": [
            {
                "id": event.id,
                "account": event.order.account,
                "order": event.order.order_id,
                "key": event.key,
                "event": event.name,
                "occurred_at": iso(event.occurred_at),
                "result": event.result,
            }
            for event in shown.events
        ],
    }
