"""An order's story: its news, the writes sent for it and their answers, and the remarks, in one line of time."""

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from worker.domain.snapshot import EventEntry, Snapshot, Write


class Entry(NamedTuple):
    """Something that happened at *at* (microseconds, UTC): what kind of thing, in a word, and what it was."""

    at: int
    kind: str
    text: str


def timeline(snapshot: Snapshot) -> list[Entry]:
    """Return everything that happened, the oldest first."""
    entries = [
        *map(_arrived, snapshot.news),
        *(entry for sent in snapshot.sent for entry in _calls(sent)),
        *(Entry(said.at, said.word, said.detail) for said in snapshot.audit_log),
    ]
    return sorted(entries, key=attrgetter("at"))


def _arrived(news: EventEntry) -> Entry:
    event = news.recorded.event
    said = [f"{event.source}: {event.name}", event.tracking]
    if event.parcels is not None:
        said.append(f"of {event.parcels} parcels")
    if news.reference:
        said.append(f"by {news.reference}")
    if event.note:
        said.append(f"“{event.note}”")
    return Entry(event.received_at, "news", f"{' '.join(filter(None, said))} → {news.recorded.result}")


def _calls(sent: Write) -> Iterator[Entry]:
    fields = ", ".join(sorted(name for name in sent.update if name != "status"))
    told = f" with {fields}" if fields else ""
    yield Entry(sent.sent_at, "sent", f"{sent.stage}{' (inferred)' if sent.inferred else ''}{told}")
    if sent.answered_at is not None:
        yield Entry(sent.answered_at, "answer", f"{sent.outcome}{f': {sent.answer}' if sent.answer else ''}")
    elif sent.outcome == "sent":
        yield Entry(sent.sent_at, "answer", "none yet: uncertain")
