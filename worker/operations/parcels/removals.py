"""Takes back what `registrations.register` did: a parcel that only operators have registered can be removed."""

from dataclasses import dataclass
from shlex import quote

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, RecordedEvent
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.text import clean_text
from worker.operations.instants import moment
from worker.operations.orders import Operations, require_reason
from worker.operations.parcels.parcels import events_about
from worker.operations.parcels.registrations import known_order
from worker.operations.parcels.way_on import way_on
from worker.ports import Removed


@dataclass(frozen=True, slots=True)
class Removal:
    """The result of `remove`. *is_order_deleted*: nothing else was known of the order."""

    order: OrderKey
    tracking: str
    is_order_deleted: bool


def remove(operations: Operations, key: OrderKey, tracking: str, reason: str) -> Removal:
    """Delete what operators have said about the parcel *tracking*, and make the order *key* due.

    *key* may be a reference that leads to one order. *reason* is a sentence for people. Raises `IllegalRequest` when
    the order does not have the parcel, a courier has reported it, or a worker reconciles the order.
    """
    note, key = require_reason(reason), known_order(operations, key)
    snapshot = operations.snapshot(key)
    events = require_removable(snapshot, tracking)
    match operations.store.remove_parcel(snapshot, tracking, [recorded.id for recorded in events], note):
        case Removed.OVERTAKEN:
            raise IllegalRequest(f"{key} has changed meanwhile: look at it again")
        case Removed.WITH_ORDER:
            return Removal(key, tracking, is_order_deleted=True)
        case Removed.DONE:
            operations.wake_ups.enqueue([key])
            return Removal(key, tracking, is_order_deleted=False)


def require_removable(snapshot: Snapshot, tracking: str) -> list[RecordedEvent]:
    """Return the events about the parcel *tracking*, all of operators. Raises `IllegalRequest` as `remove` does."""
    events = events_about(snapshot.events, tracking)
    _require_registrations(snapshot, tracking, events)
    if snapshot.state is State.LEASED:
        key = snapshot.order.key
        raise IllegalRequest(f"a worker reconciles {key} just now: nothing was changed; try again in a few seconds")
    return events


def _require_registrations(snapshot: Snapshot, tracking: str, events: list[RecordedEvent]) -> None:
    key, name = snapshot.order.key, clean_text(tracking)
    if not events:
        command = f"fulfillment parcels list {quote(str(key))}"
        raise IllegalRequest(f"{key} has no parcel “{name}”; for its parcels: {command}")
    reports = [recorded.event for recorded in events if recorded.event.source != OPERATOR]
    if reports:
        latest = max(reports, key=lambda event: event.occurred_at)
        raise IllegalRequest(
            f"the courier has reported {name}: {latest.name} from {latest.source}, of {moment(latest.occurred_at)}"
            f"{way_on(snapshot)}"
        )
