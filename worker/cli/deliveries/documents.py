"""Deliveries as JSON objects. Instants are RFC 3339 in UTC; a missing value is null."""

from collections.abc import Sequence

from worker.application.deliveries.bodies import Mask
from worker.application.deliveries.problems import Problem
from worker.cli.json_lines import Document, order_names
from worker.operations.instants import iso
from worker.store.queries.deliveries import DeliveredEvent, DeliveryDetails, DeliveryRow


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
        "peer": row.peer or None,
        "named": row.named or None,
        "order_key": str(row.order) if row.order else row.named or None,
        "event": row.event or None,
        "event_count": row.event_count,
    }


def details_document(delivery: DeliveryDetails, problems: Sequence[Problem] | None, mask: Mask) -> Document:
    """Return one delivery with its body as text, its events, and its *problems*; null when it was not read again.

    `headers` has the name of each header, with null for a value that may be a secret. *mask* takes out of the body what
    is secret.
    """
    return {
        **delivery_document(delivery.row),
        "headers": dict(delivery.headers),
        "body": None if delivery.body is None else mask(delivery.body.decode("utf-8", "backslashreplace")),
        "events": [_event(event) for event in delivery.events],
        "problems": None if problems is None else [_problem(problem) for problem in problems],
    }


def _problem(problem: Problem) -> Document:
    return {"element": problem.element or None, "reason": problem.reason, "detail": problem.detail or None}


def _event(event: DeliveredEvent) -> Document:
    return {
        "id": event.id,
        **order_names(event.order),
        "key": event.key,
        "event": event.name,
        "occurred_at": iso(event.occurred_at),
        "result": event.result,
    }
