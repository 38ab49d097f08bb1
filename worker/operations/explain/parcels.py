"""Sentences about the parcels that keep an order from being delivered, although another one has arrived."""

from collections.abc import Collection, Iterator
from shlex import quote

from worker.domain.events import EventName
from worker.domain.evidence import Evidence, weigh
from worker.domain.snapshot import Snapshot
from worker.operations.parcels import events_about, is_registration
from worker.operations.phrases import counted, join_items

MAX_NAMES = 5
"""How many tracking numbers a list in a sentence has."""


def missing_parcels(snapshot: Snapshot) -> Iterator[str]:
    """Yield which parcels of a settled order have arrived and which have not, and what to do if no more will arrive."""
    evidence = weigh(snapshot.events)
    if not 0 < evidence.delivered < evidence.parcels:
        return
    names = [number for number, _ in evidence.tracking]
    arrived = _arrived(snapshot, names)
    missing = [number for number in names if number not in arrived]
    yield _arrivals(evidence, [number for number in names if number in arrived], missing)
    yield _advice(snapshot, missing)


def _arrived(snapshot: Snapshot, names: Collection[str]) -> Collection[str]:
    """Return the tracking numbers of the parcels that have arrived. An event without one is about the only parcel."""
    events = (recorded.event for recorded in snapshot.events)
    return {event.tracking for event in events if event.name is EventName.DELIVERED} if len(names) > 1 else names


def _arrivals(evidence: Evidence, arrived: list[str], missing: list[str]) -> str:
    unnamed = evidence.parcels - max(len(arrived) + len(missing), evidence.delivered)
    facts = (
        f"{_names(arrived)} {_has(len(arrived))}" if arrived else "",
        f"{_names(missing)} {_has(len(missing))} not" if missing else "",
        counted(unnamed, "more is announced", "more are announced") if unnamed else "",
    )
    of = counted(evidence.parcels, "parcel", "parcels")
    return f"{evidence.delivered} of {of} {_has(evidence.delivered)} arrived: {'; '.join(filter(None, facts))}."


def _advice(snapshot: Snapshot, missing: list[str]) -> str:
    key = quote(str(snapshot.order.key))
    registered = [number for number in missing if _is_only_registered(snapshot, number)]
    if registered:
        command = f"fulfillment parcels remove {key} {quote(registered[0])} --reason …"
        return f"If {registered[0]} is no parcel of its own: {command}"
    return f"If nothing more will arrive: fulfillment orders advance {key} --to delivered --reason …"


def _is_only_registered(snapshot: Snapshot, number: str) -> bool:
    return all(is_registration(recorded.event) for recorded in events_about(snapshot.events, number))


def _names(numbers: list[str]) -> str:
    more = len(numbers) - MAX_NAMES
    return join_items([*numbers[:MAX_NAMES], *([f"{more} more"] if more > 0 else [])], "and")


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
