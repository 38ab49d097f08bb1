"""Short ways to make snapshots of one order, and their explanations as one text."""

from dataclasses import replace
from typing import Any

from tests.support.clock import START
from tests.support.events import KEY, recorded
from worker.domain.events import Event, EventResult
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import Order
from worker.domain.overview.snapshot import EventEntry, OrderRow, Snapshot, Write
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.explain.explanation import Explanation, explain

AT_ONCE = Policy()
"""Orders are completed as soon as they are delivered."""

SETTLED: dict[str, Any] = {"due": None}


def snapshot(
    *events: Event, order: dict[str, Any] | None = None, writes: tuple[Write, ...] = (), **row: Any
) -> Snapshot:
    """Return an accepted order that was read a minute ago, at its latest revision.

    *order* and *row* replace fields of the order and of its row.
    """
    revision = {"revision": len(events), "seen_revision": len(events)}
    values = {"stage": Stage.ACCEPTED, "status": "accepted", "read_at": START - MINUTE, **revision, **(order or {})}
    entries = tuple(EventEntry(replace(event, result=EventResult.PENDING), 1) for event in recorded(*events))
    order_row = OrderRow(Order(KEY, **values), **{"first_seen_at": START - HOUR, "updated_at": START, **row})
    return Snapshot(START, order_row, event_entries=entries, writes=writes)


def text(explanation: Explanation) -> str:
    """Return all sentences of an explanation, one a line."""
    parts = (
        explanation.position,
        explanation.evidence,
        explanation.plan,
        explanation.writes,
        explanation.next_steps,
    )
    return "\n".join(sentence for sentences in parts for sentence in sentences)


def explained(seen: Snapshot, policy: Policy = AT_ONCE) -> str:
    """Return the explanation of *seen* as one text."""
    return text(explain(seen, policy))
