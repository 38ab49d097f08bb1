"""The timeline of an order: its deliveries and events, the writes and their answers, and the audit log, by time."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple, Protocol

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import EventEntry, Snapshot, Write
from worker.domain.reasons import DeliveryOutcome, WriteOutcome
from worker.operations.phrases import with_detail


class StoredDelivery(Protocol):
    """What a timeline shows of a delivery. *reason* and *detail* are why it could not be used, or empty."""

    @property
    def id(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def received_at(self) -> Instant: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Entry(NamedTuple):
    """Something that happened at *at*. *kind* is one word for it, and *text* describes it.

    *delivery_id* is the delivery that it is, or that brought it; 0 without one.
    """

    at: Instant
    kind: str
    text: str
    delivery_id: int = 0


def timeline(snapshot: Snapshot, deliveries: Iterable[StoredDelivery] = ()) -> list[Entry]:
    """Return everything that happened, the oldest first; of what happened at once, a delivery before its events.

    *deliveries* are those of the order's events, and those that name the order and could not be used.
    """
    entries = [
        *map(_delivery, deliveries),
        *map(_event, snapshot.event_entries),
        *(entry for write in snapshot.writes for entry in _write(write)),
        *(Entry(entry.at, entry.action, entry.detail) for entry in snapshot.audit_log),
    ]
    return sorted(entries, key=attrgetter("at"))


def _delivery(delivery: StoredDelivery) -> Entry:
    is_used = delivery.outcome == DeliveryOutcome.ACCEPTED
    why = "" if is_used else with_detail(delivery.reason, delivery.detail).removeprefix(", ")
    verdict = f"{delivery.outcome}: {why}" if why else delivery.outcome
    return Entry(delivery.received_at, "delivery", f"{delivery.id} of {delivery.source} → {verdict}", delivery.id)


def _event(entry: EventEntry) -> Entry:
    event = entry.recorded.event
    parts = [
        f"{event.source}: {event.name}",
        event.tracking,
        f"shipment {event.shipment}" if event.shipment else "",
        f"of {event.parcels} parcels" if event.parcels is not None else "",
        f"by {entry.reference}" if entry.reference else "",
        f"“{event.note}”" if event.note else "",
    ]
    text = f"{' '.join(filter(None, parts))} → {entry.recorded.result}"
    return Entry(event.received_at, "event", text, entry.delivery_id or 0)


def _write(write: Write) -> Iterator[Entry]:
    names = ", ".join(sorted(name for name in write.fields if name != "status"))
    fields = f" with {names}" if names else ""
    yield Entry(write.sent_at, "write", f"{write.stage}{' (inferred)' if write.inferred else ''}{fields}")
    if write.answered_at is not None:
        answer = f": {write.answer}" if write.answer else ""
        yield Entry(write.answered_at, "answer", f"{write.outcome}{answer}")
    elif write.outcome == WriteOutcome.SENT:
        yield Entry(write.sent_at, "answer", "none yet: uncertain")
