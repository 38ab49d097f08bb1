"""Sentences about an order that an operator has closed: who did it, when and why, and what opens it again."""

from collections.abc import Iterator
from shlex import quote

from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import AuditAction
from worker.operations.closing import opened_by
from worker.operations.instants import when
from worker.operations.phrases import WHY


def closing(snapshot: Snapshot) -> Iterator[str]:
    """Yield sentences about the operator's decision, and about what opens the order again."""
    closings = [entry for entry in snapshot.audit_log if entry.action == AuditAction.CLOSED_BY_OPERATOR]
    for entry in closings[-1:]:
        yield f"An operator closed it on {when(entry.at, snapshot.now)}: {entry.detail}."
    key = snapshot.order.key
    what = opened_by(key)
    yield f"{what[:1].upper()}{what[1:]}."
    yield f"To open it: fulfillment orders release {quote(str(key))} --reason {WHY}"
