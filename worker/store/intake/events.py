"""Writes the events that arrive, by the judgement on each of them.

An event of an order that has 1,000 events, or 50 and the platform has never shown it, is quarantined:
`too_many_events`. One that names an unknown order, when its
source has named too many, is quarantined before it is judged: `too_many_unknown`.
"""

from collections.abc import Collection, Container, Mapping, Sequence

from sqlalchemy import Connection

from worker.domain.events import Event
from worker.domain.lifecycle.unknown import MAX_EVENTS_OF_UNKNOWN
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.intake.arrivals import (
    Arrival,
    KnownEvent,
    KnownEvents,
    ParcelsOfOrders,
    check_storable,
    names_no_parcel,
)
from worker.store.intake.carriers import find_carriers
from worker.store.intake.due_orders import Place, Places, make_due
from worker.store.intake.judgement import Judgement, as_known, judge, judge_known
from worker.store.intake.known_statements import known_parcels
from worker.store.intake.outcomes import IntakeResult, Overtaken, quarantined
from worker.store.intake.references.waiting import waiting_for
from worker.store.intake.statements import MAX_EVENTS, statements
from worker.store.intake.unknown.orders import too_many_unknown
from worker.store.intake.unknown.rooms import UnknownRooms

_FULL = quarantined(
    QuarantineReason.TOO_MANY_EVENTS,
    f"the order takes no more events: it has {MAX_EVENTS}, or {MAX_EVENTS_OF_UNKNOWN} and the platform never showed it",
)


def write_events(connection: Connection, arrivals: Sequence[Arrival], rooms: UnknownRooms) -> list[IntakeResult]:
    """Write the new events among *arrivals*, and return the result of each arrival. Raises `Overtaken`.

    *rooms* has the room of each source for unknown orders.
    """
    unusable = [check_storable(arrival.event) for arrival in arrivals]
    storable = [arrival for arrival, result in zip(arrivals, unusable, strict=True) if result is None]
    results = iter(_write_storable(connection, storable, rooms) if storable else ())
    return [result or next(results) for result in unusable]


def _write_storable(connection: Connection, arrivals: Sequence[Arrival], rooms: UnknownRooms) -> list[IntakeResult]:
    known_events = _find_known(connection, arrivals)
    refusals = too_many_unknown(connection, [a for a in arrivals if a.identity not in known_events], rooms)
    bounded = [arrival for arrival in arrivals if arrival.identity not in refusals]
    results = iter(_write_bounded(connection, bounded, known_events) if bounded else ())
    return [refusals.get(arrival.identity) or next(results) for arrival in arrivals]


def _write_bounded(
    connection: Connection, arrivals: Sequence[Arrival], known_events: KnownEvents
) -> list[IntakeResult]:
    unknown = [arrival for arrival in arrivals if arrival.identity not in known_events]
    parcels = _find_parcels(connection, {a.event.order for a in unknown if names_no_parcel(a.event)})
    carriers = find_carriers(connection, (arrival.event for arrival in unknown))
    judgements = judge(arrivals, known_events, parcels, carriers)
    waiting = waiting_for(connection, [judgement.arrival for judgement in judgements if judgement.is_new])
    to_wake = {key: j.arrival.now for j in judgements for key in waiting.get(j.arrival.identity, ())}
    places = make_due(connection, judgements, to_wake, carriers)
    event_ids = _insert(connection, places)
    results = [complete(judgement, places, event_ids) for judgement in judgements]
    return [
        _with_wake_ups(result, waiting.get(arrival.identity, ()))
        for arrival, result in zip(arrivals, results, strict=True)
    ]


def _find_known(connection: Connection, arrivals: Sequence[Arrival]) -> KnownEvents:
    identities = list(dict.fromkeys(arrival.identity for arrival in arrivals))
    keys = [{"source": source, "key": key} for source, key in identities]
    rows = statements(connection.dialect.name).known_event.run(connection, keys)
    return {identity: KnownEvent(*row) for identity, row in zip(identities, rows, strict=True) if row}


def _find_parcels(connection: Connection, keys: Collection[OrderKey]) -> ParcelsOfOrders:
    rows = statements(connection.dialect.name).known_parcels.run(connection, [key._asdict() for key in keys])
    return {key: known_parcels(row) for key, row in zip(keys, rows, strict=True)}


def _insert(connection: Connection, places: Places) -> dict[tuple[str, str], int]:
    """Insert the new events at their *places*, and return their ids by identity."""
    # All transactions insert keys in one sequence, because an insert waits for another one with the same key.
    new = sorted((j.arrival.identity, j.arrival, place) for j, place in places.items() if j.is_new)
    rows = [_row(arrival, place) for _, arrival, place in new]
    inserted = statements(connection.dialect.name).insert_event.run(connection, rows)
    if not all(inserted):
        raise Overtaken  # Another transaction wrote the same key between our read and our insert.
    return {identity: row[0] for (identity, _, _), row in zip(new, inserted, strict=True) if row}


def complete(
    judgement: Judgement, taken: Container[Judgement], event_ids: Mapping[tuple[str, str], int]
) -> IntakeResult:
    """Return the final result of an arrival. *taken* are those that take effect, *event_ids* those of new events."""
    arrival, first = judgement.arrival, judgement.first
    if first is not None:
        return _complete_repetition(arrival, first, event_ids.get(arrival.identity))
    if not judgement.is_new:
        return judgement.result
    return judgement.result._replace(event_id=event_ids[arrival.identity]) if judgement in taken else _FULL


def _complete_repetition(arrival: Arrival, first: Judgement, event_id: int | None) -> IntakeResult:
    """Return the result of an arrival with the key of *first*, which has the id *event_id* unless its order is full."""
    if event_id is not None:
        return judge_known(arrival, as_known(first.arrival, event_id))
    if arrival.event.order == first.arrival.event.order:
        return _FULL
    # The row of this order is not locked, and a lock out of sequence might block other transactions.
    detail = f"{first.arrival.event.order}, whose event has the same key, takes no more events"
    return quarantined(QuarantineReason.KEY_REUSED, detail)


def _with_wake_ups(result: IntakeResult, references: Sequence[OrderKey]) -> IntakeResult:
    """Return the result of an event with the *references* that wait for its parcel, if it was written."""
    return result._replace(wake_ups=(*result.wake_ups, *references)) if result.wake_ups and references else result


def _row(arrival: Arrival, place: Place) -> dict[str, object]:
    its_place = {"delivery_id": arrival.delivery_id, "order_row": place.order_row, "revision": place.revision}
    return event_columns(arrival.event) | its_place


def event_columns(event: Event) -> dict[str, object]:
    """Return the columns of a new event, except those about its delivery and its place in its order."""
    return {
        "source": event.source,
        "key": event.key,
        "name": event.name.value,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "tracking": event.tracking,
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note,
        "shipment": event.shipment,
        "searched_in": event.order.account if event.order.reference else "",
        "restricted": event.restricted,
        "carrier": event.carrier,
    }
