"""Writes the events that arrive, by the judgement on each of them.

An event of an order that has 1,000 events is quarantined: `too_many_events`.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.database.prepared import ResultRow
from worker.store.intake.judgement import Arrival, KnownEvent, check_storable, judge, names_no_parcel
from worker.store.intake.outcomes import IntakeResult, quarantined
from worker.store.intake.statements import MAX_EVENTS, statements
from worker.store.intake.waiting import awaited, lock, lock_sequence, references_for, wake

_OrderRows: TypeAlias = Mapping[OrderKey, tuple[int, int]]
"""The row id and the new revision of each order that was made due."""
_Waiting: TypeAlias = Mapping[tuple[str, str], Sequence[OrderKey]]
"""The references that wait for the parcel of an event, by the identity of its arrival."""
_KnownEvents: TypeAlias = Mapping[tuple[str, str], KnownEvent]
"""The events in the database, by the identity of the arrivals that have their keys."""


class Overtaken(Exception):
    """Another transaction has just changed rows that this one read: roll back, and begin again."""


def write_events(connection: Connection, arrivals: Sequence[Arrival]) -> list[IntakeResult]:
    """Write the new events among *arrivals*, and return the result of each arrival. Raises `Overtaken`."""
    results = {index: result for index, arrival in enumerate(arrivals) if (result := check_storable(arrival.event))}
    waiting = _find_waiting(connection, [a for index, a in enumerate(arrivals) if index not in results])
    # All of them are locked in the first batch, because references are locked before orders.
    to_wake = {key: arrival.now for arrival in arrivals for key in waiting.get(arrival.identity, ())}
    while len(results) < len(arrivals):
        batch = _next_batch(arrivals, results)
        results.update(zip(batch, _write_batch(connection, [arrivals[index] for index in batch], to_wake), strict=True))
        to_wake = {}
    return [_with_wake_ups(results[n], waiting.get(arrival.identity, ())) for n, arrival in enumerate(arrivals)]


def _find_waiting(connection: Connection, arrivals: Sequence[Arrival]) -> _Waiting:
    """Return the references that wait for a parcel of a new event, by the identity of its arrival."""
    candidates = awaited(connection, arrivals)
    known_events = _find_known(connection, candidates)
    return {
        arrival.identity: references_for(connection, arrival.event.order.account, arrival.event.parcel_names)
        for arrival in candidates
        if arrival.identity not in known_events
    }


def _with_wake_ups(result: IntakeResult, references: Sequence[OrderKey]) -> IntakeResult:
    """Return the result of an event with the *references* that wait for its parcel, if it was written."""
    return replace(result, wake_ups=(*result.wake_ups, *references)) if result.wake_ups and references else result


def _next_batch(arrivals: Sequence[Arrival], results: Mapping[int, IntakeResult]) -> list[int]:
    """Return the indexes of the arrivals that one set of statements can write.

    No order and no key may be in a batch twice; the earliest arrival of each is taken.
    """
    batch, orders, identities = [], set[OrderKey](), set[tuple[str, str]]()
    for index, arrival in enumerate(arrivals):
        if index not in results:
            if arrival.event.order not in orders and arrival.identity not in identities:
                batch.append(index)
            orders.add(arrival.event.order)
            identities.add(arrival.identity)
    return batch


def _write_batch(
    connection: Connection, batch: Sequence[Arrival], to_wake: Mapping[OrderKey, Instant]
) -> list[IntakeResult]:
    """Write the events of *batch*, and make the references *to_wake* due at their instants."""
    known_events = _find_known(connection, batch)
    without_parcel = [arrival.event.order for arrival in batch if names_no_parcel(arrival.event)]
    several_parcels = _with_several_parcels(connection, without_parcel)
    results = [judge(arrival, known_events.get(arrival.identity), several_parcels) for arrival in batch]
    effective = [arrival for arrival, result in zip(batch, results, strict=True) if result.wake_ups]
    order_rows = _make_due(connection, effective, known_events, to_wake)
    new = [
        arrival for arrival in effective if arrival.identity not in known_events and arrival.event.order in order_rows
    ]
    event_ids = _insert(connection, new, order_rows)
    return [_complete(arrival, result, order_rows, event_ids) for arrival, result in zip(batch, results, strict=True)]


def _find_known(connection: Connection, batch: Sequence[Arrival]) -> _KnownEvents:
    keys = [{"source": arrival.event.source, "key": arrival.event.key} for arrival in batch]
    rows = statements(connection.dialect.name).known_event.run(connection, keys)
    return {arrival.identity: KnownEvent(*row) for arrival, row in zip(batch, rows, strict=True) if row}


def _with_several_parcels(connection: Connection, keys: Sequence[OrderKey]) -> frozenset[OrderKey]:
    rows = statements(connection.dialect.name).known_parcels.run(connection, [key._asdict() for key in keys])
    return frozenset(key for key, row in zip(keys, rows, strict=True) if row and row[0] > 1)


def _make_due(
    connection: Connection,
    arrivals: Sequence[Arrival],
    known_events: _KnownEvents,
    to_wake: Mapping[OrderKey, Instant],
) -> _OrderRows:
    """Make the orders of *arrivals* due, and count their new events. The result has no orders that are full.

    The references *to_wake* are due, too, at their instants.
    """
    arrivals = sorted(arrivals, key=lambda arrival: lock_sequence(arrival.event.order))
    values = [
        {**a.event.order._asdict(), "now": a.now, "new_events": int(a.identity not in known_events)} for a in arrivals
    ]
    rows = _run_in_sequence(connection, arrivals, values, to_wake)
    order_rows = {a.event.order: (row[0], row[1]) for a, row in zip(arrivals, rows, strict=True) if row}
    for arrival in arrivals:
        known_event = known_events.get(arrival.identity)
        if known_event and order_rows.get(arrival.event.order, (0,))[0] != known_event.order_row:
            raise Overtaken  # The order was pruned just now, and the hint with it: the hint is new again.
    _restart_searches(connection, [arrival for arrival in arrivals if arrival.event.order in order_rows])
    return order_rows


def _run_in_sequence(
    connection: Connection,
    arrivals: Sequence[Arrival],
    values: Sequence[Mapping[str, object]],
    to_wake: Mapping[OrderKey, Instant],
) -> list[ResultRow]:
    """Make the orders of *arrivals* due by *values*, and wake the references *to_wake*, in the sequence of locks."""
    make_order_due = statements(connection.dialect.name).make_order_due
    if not to_wake:
        return make_order_due.run(connection, values)
    rows, waiting = [], deque(sorted(to_wake, key=lock_sequence))
    for arrival, its_values in zip(arrivals, values, strict=True):
        while waiting and lock_sequence(waiting[0]) <= lock_sequence(arrival.event.order):
            _wake(connection, waiting[0], to_wake[waiting.popleft()])
        rows += make_order_due.run(connection, [its_values])
    for key in waiting:
        _wake(connection, key, to_wake[key])
    return rows


def _wake(connection: Connection, key: OrderKey, now: Instant) -> None:
    row_id = lock(connection, key)
    if row_id is not None:  # else its order was found just now
        wake(connection, row_id, now)


def _restart_searches(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Restart the stopped and dismissed searches for the references of *arrivals*, because there is a new event."""
    values = [
        {"its_account": a.event.order.account, "its_order_id": a.event.order.order_id, "at": a.now}
        for a in arrivals
        if a.event.order.reference
    ]
    statements(connection.dialect.name).restart_search.run(connection, values)


def _insert(connection: Connection, arrivals: Sequence[Arrival], order_rows: _OrderRows) -> dict[tuple[str, str], int]:
    """Insert the events of *arrivals*, and return their ids by identity."""
    arrivals = sorted(arrivals, key=lambda arrival: arrival.identity)
    rows = [_row(arrival, *order_rows[arrival.event.order]) for arrival in arrivals]
    inserted = statements(connection.dialect.name).insert_event.run(connection, rows)
    if not all(inserted):
        raise Overtaken  # Another transaction wrote the same key between our read and our insert.
    return {arrival.identity: row[0] for arrival, row in zip(arrivals, inserted, strict=True) if row}


def _complete(
    arrival: Arrival, result: IntakeResult, order_rows: _OrderRows, event_ids: Mapping[tuple[str, str], int]
) -> IntakeResult:
    """Return *result* with the id of the new event, or a quarantine when the order is full."""
    if not result.wake_ups or result.event_id is not None:
        return result
    if arrival.event.order not in order_rows:
        detail = f"the order has {MAX_EVENTS} events and takes no more"
        return quarantined(QuarantineReason.TOO_MANY_EVENTS, detail)
    return replace(result, event_id=event_ids[arrival.identity])


def _row(arrival: Arrival, order_row: int, revision: int) -> dict[str, object]:
    event = arrival.event
    return {
        "source": event.source,
        "key": event.key,
        "delivery_id": arrival.delivery_id,
        "order_row": order_row,
        "revision": revision,
        "name": event.name.value,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "tracking": event.tracking,
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note,
        "shipment": event.shipment,
        "order_unknown": event.order.reference is not None,
    }
