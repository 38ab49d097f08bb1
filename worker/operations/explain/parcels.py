"""Sentences about the parcels that keep an order from being delivered, although another one has arrived."""

from collections.abc import Iterable, Iterator
from shlex import quote

from worker.domain.events import RecordedEvent
from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.evidence.parcels import ParcelHistory, by_parcel, in_sequence, parcel_of
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.stages import Stage, has_reached
from worker.operations.advice import PUT_AWAY, advise_on_stop
from worker.operations.parcels.drops import is_at_rest
from worker.operations.parcels.parcels import events_about, is_registration
from worker.operations.phrases import WHY, counted, join_items

MAX_NAMES = 5
"""How many tracking numbers a list in a sentence has."""


def missing_parcels(snapshot: Snapshot) -> Iterator[str]:
    """Yield which parcels of a settled order have arrived and which have not, and what to do if no more will arrive."""
    evidence = weigh(snapshot.events, snapshot.order.acknowledged, snapshot.order.counting_source)
    if not 0 < evidence.delivered < evidence.parcels or _is_delivered(snapshot):
        return
    yield arrivals(evidence)
    yield from _advice(snapshot, list(evidence.missing))


def parcels_put_away(events: Iterable[RecordedEvent]) -> list[ParcelHistory]:
    """Return the parcels that an operator has put away, and of which nothing newer shows that the courier has them."""
    parcels, _ = by_parcel(in_sequence(events))
    return [parcel for parcel in parcels if parcel.is_cancelled and parcel.is_put_away]


def ids_put_away(events: Iterable[RecordedEvent]) -> set[int]:
    """Return the ids of the events about these parcels."""
    return {recorded.id for parcel in parcels_put_away(events) for recorded in parcel.events}


def advice_on_lost(snapshot: Snapshot) -> Iterator[str]:
    """Yield what to do about an order that is stopped because of a parcel. If that is put away, a release is left."""
    put_away = parcels_put_away(snapshot.events)
    if put_away and not weigh(snapshot.events, snapshot.order.acknowledged, snapshot.order.counting_source).alarms:
        # There may be a parcel without a number, if no event of the order names one.
        names = _names([parcel.number or "a parcel" for parcel in put_away])
        yield f"An operator has put away {names}: release the order, and it goes on; or close it."
        return
    lost = list(lost_parcels(snapshot))
    advice = advise_on_stop(snapshot.row.stop)
    yield advice if lost else advice.removesuffix(PUT_AWAY)
    yield from lost


def lost_parcels(snapshot: Snapshot) -> Iterator[str]:
    """Yield how to put away one of the parcels that will not arrive, if another parcel has taken its place."""
    numbers = dict.fromkeys(recorded.event.tracking for recorded in snapshot.events if recorded.event.tracking)
    parcels = (parcel_of(snapshot.events, number) for number in numbers)
    gone = [parcel.number for parcel in parcels if parcel and _can_be_dropped(parcel, snapshot.now)]
    yield from (f"If another parcel took the place of {number}: {_drop(snapshot, number)}" for number in gone[:1])


def _can_be_dropped(parcel: ParcelHistory, now: Instant) -> bool:
    return is_at_rest(parcel, now) and not parcel.is_cancelled


def _drop(snapshot: Snapshot, number: str) -> str:
    return f"fulfillment parcels drop {quote(str(snapshot.order.key))} {quote(number)} --reason {WHY}"


def _is_delivered(snapshot: Snapshot) -> bool:
    stage = snapshot.order.stage
    return stage is not None and has_reached(stage, Stage.DELIVERED)


def arrivals(evidence: Evidence) -> str:
    """Return which parcels of an order with several have arrived, and which have not."""
    missing = list(evidence.missing)
    arrived = [number for number, _ in evidence.tracking if number not in evidence.missing]
    unnamed = evidence.parcels - max(len(arrived) + len(missing), evidence.delivered)
    facts = (
        f"{_names(arrived)} {_has(len(arrived))}" if arrived else "",
        f"{_names(missing)} {_has(len(missing))} not" if missing else "",
        counted(unnamed, "more is announced", "more are announced") if unnamed else "",
    )
    of = counted(evidence.parcels, "parcel", "parcels")
    return f"{evidence.delivered} of {of} {_has(evidence.delivered)} arrived: {'; '.join(filter(None, facts))}."


def _advice(snapshot: Snapshot, missing: list[str]) -> Iterator[str]:
    key = quote(str(snapshot.order.key))
    registered = [number for number in missing if _is_only_registered(snapshot, number)]
    at_rest = [number for number in missing if _is_at_rest(snapshot, number)]
    if registered:
        command = f"fulfillment parcels remove {key} {quote(registered[0])} --reason {WHY}"
        yield f"If {registered[0]} is no parcel of its own: {command}"
    elif at_rest:
        yield f"If {at_rest[0]} will not arrive: {_drop(snapshot, at_rest[0])}"
    elif snapshot.row.stop:  # a stopped order cannot be advanced
        yield "If nothing more will arrive, release the order: then `orders explain` names the command that says so."
    else:
        yield f"If nothing more will arrive: fulfillment orders advance {key} --to delivered --reason {WHY}"


def _is_only_registered(snapshot: Snapshot, number: str) -> bool:
    return all(is_registration(recorded.event) for recorded in events_about(snapshot.events, number))


def _is_at_rest(snapshot: Snapshot, number: str) -> bool:
    parcel = parcel_of(snapshot.events, number)
    return parcel is not None and is_at_rest(parcel, snapshot.now)


def _names(numbers: list[str]) -> str:
    more = len(numbers) - MAX_NAMES
    return join_items([*numbers[:MAX_NAMES], *([f"{more} more"] if more > 0 else [])], "and")


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
