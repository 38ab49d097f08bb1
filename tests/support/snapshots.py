"""Snapshots of one order, as a test wants to see it."""

from dataclasses import replace
from typing import Any

from tests.support.clock import START
from tests.support.stories import KEY, recorded
from worker.domain.events import Event, EventResult
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.snapshot import EventEntry, OrderRow, Snapshot, Write
from worker.domain.stages import Stage
from worker.operations.explain.explanation import Explanation, explain

AT_ONCE = Policy()

SETTLED: dict[str, Any] = {"due": None}


def snapshot(*events: Event, order: dict[str, Any] | None = None, sent: tuple[Write, ...] = (), **row: Any) -> Snapshot:
    """An order that was read a minute ago and has seen all of its news, unless it is said otherwise."""
    known = {"stage": Stage.ACCEPTED, "status": "accepted", "read_at": START - MINUTE, "revision": len(events)}
    remembered = Order(KEY, **{"seen_revision": len(events), **known, **(order or {})})
    told = tuple(EventEntry(replace(one, result=EventResult.PENDING), delivery=1) for one in recorded(*events))
    said = {"first_seen_at": START - HOUR, "updated_at": START, **row}
    return Snapshot(START, OrderRow(remembered, **said), news=told, sent=sent)


def text(explanation: Explanation) -> str:
    told = (explanation.where, explanation.evidence, explanation.decision, explanation.calls, explanation.next)
    return "\n".join(sentence for sentences in told for sentence in sentences)


def explained(seen: Snapshot, policy: Policy = AT_ONCE) -> str:
    return text(explain(seen, policy))
