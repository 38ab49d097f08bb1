"""An operator closes an order or a reference: nothing more is to be done, whatever it waits for."""

from collections.abc import Mapping
from dataclasses import replace

from worker.domain.errors import IllegalRequest
from worker.domain.events import EventResult
from worker.domain.evidence.evidence import weigh
from worker.domain.lifecycle.event_results import event_results
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.operations.orders import Operations, require_reason, stop_has_changed
from worker.operations.phrases import release_of

OPENED_BY = "a newer event with this reference, or a replay, starts the search again"
OPENED_BY_ALARM = (
    "only newer news that needs a person opens it again: a parcel that is returned, lost or cancelled after its"
    " pick-up, or that moves although the order is cancelled"
)


def close(operations: Operations, key: OrderKey, reason: str, stop: str = "") -> str:
    """Close the order *key*, whatever it waits for. *stop*, if not empty, must be the reason of its stop.

    Returns a sentence about what opens it again. Raises `IllegalRequest`.
    """
    note = require_reason(reason)
    snapshot = operations.require_stopped(key, stop) if stop else operations.snapshot(key)
    require_closable(snapshot)
    if not operations.store.close(snapshot, note, results_of_close(snapshot)):
        raise stop_has_changed(key)
    return f"{key} is closed: {opened_by(key)}; `{release_of(key)}` opens it, too."


def require_closable(snapshot: Snapshot) -> None:
    """Raise `IllegalRequest` if the order cannot be closed now."""
    key = snapshot.order.key
    if snapshot.order.closed_by_operator:
        raise IllegalRequest(f"{key} is closed by an operator already")
    if snapshot.state is State.CLOSED:
        raise IllegalRequest(f"{key} is {snapshot.order.closed}: nothing is to be closed")
    if snapshot.state is State.LEASED:
        raise IllegalRequest(f"a worker reconciles {key} now: try again in a moment")


def results_of_close(snapshot: Snapshot) -> Mapping[int, EventResult]:
    """Return the results, by event id, of the events that are pending when the order is closed."""
    order = snapshot.order
    recorded = (entry.recorded for entry in snapshot.event_entries)
    pending = [event for event in recorded if event.result is EventResult.PENDING]
    if order.key.reference:
        return {event.id: EventResult.VOID for event in pending}
    closed = replace(order, closed_by_operator=max(order.revision, 1), acknowledged=order.revision)
    evidence = weigh(snapshot.events, closed.acknowledged, closed.counting_source)
    return event_results(closed, evidence, pending, {}, stopped=False)


def opened_by(key: OrderKey) -> str:
    """Return what opens a closed order again, besides an operator."""
    return OPENED_BY if key.reference else OPENED_BY_ALARM
