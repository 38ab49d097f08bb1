"""The timeline of an order: its events, the writes and their answers, and the audit log, by time."""

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import EventEntry, Snapshot, Write
from worker.domain.reasons import WriteOutcome


class Entry(NamedTuple):
    """Something that happened at *at*. *kind* is one word for it, and *text* describes it."""

    at: Instant
    kind: str
    text: str


def timeline(snapshot: Snapshot) -> list[Entry]:
    """Return everything that happened, the oldest first."""
    entries = [
        *map(_event, snapshot.event_entries),
        *(entry for write in snapshot.writes for entry in _write(write)),
        *(Entry(entry.at, entry.action, entry.detail) for entry in snapshot.audit_log),
    ]
    return sorted(entries, key=attrgetter("at"))


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
    return Entry(event.received_at, "event", f"{' '.join(filter(None, parts))} → {entry.recorded.result}")


def _write(write: Write) -> Iterator[Entry]:
    names = ", ".join(sorted(name for name in write.fields if name != "status"))
    fields = f" with {names}" if names else ""
    yield Entry(write.sent_at, "write", f"{write.stage}{' (inferred)' if write.inferred else ''}{fields}")
    if write.answered_at is not None:
        answer = f": {write.answer}" if write.answer else ""
        yield Entry(write.answered_at, "answer", f"{write.outcome}{answer}")
    elif write.outcome == WriteOutcome.SENT:
        yield Entry(write.sent_at, "answer", "none yet: uncertain")
