"""How events get into the database: each is new, known, or not usable.

- A known key with the same event (order, event name, tracking number) is a duplicate. A repeated hint makes its order
  due all the same.
- A known key with another event is quarantined: `key_reused`.
- A shipment event without a tracking number, of an order with several parcels, is quarantined: `which_parcel`.
- An event of an order with 1,000 events is quarantined: `too_many_events`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from worker.domain.events import Event, EventName
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.text import is_storable
from worker.store.intake.outcomes import IntakeResult, quarantined
from worker.store.intake.statements import MAX_EVENTS, statements

MAX_KEY = 500
"""Characters of an event's key: PostgreSQL cannot index a text of more than about 2,700 bytes."""
MAX_PARCELS = 2**31 - 1
MAX_INSTANT = 2**63 - 1

DueOrders: TypeAlias = Mapping[OrderKey, tuple[int, int]]
"""The row id and the new revision of each order that was made due."""


class Overtaken(Exception):
    """Another transaction has just changed what this one read: roll back, and begin again."""


class Arrival(NamedTuple):
    """One event, the row id of its delivery, and when it makes its order due."""

    event: Event
    delivery_id: int
    now: Instant

    @property
    def name(self) -> tuple[str, str]:
        """What is unique about the event: its source and its key."""
        return self.event.source, self.event.key


class _KnownEvent(NamedTuple):
    """An event in the database: the columns of `KNOWN_EVENT`."""

    id: int
    delivery_id: int | None
    order_row: int
    name: str
    tracking: str
    reference: str
    account: str
    order_id: str


_KnownEvents: TypeAlias = Mapping[tuple[str, str], _KnownEvent]


def write_events(connection: Connection, arrivals: Sequence[Arrival]) -> list[IntakeResult]:
    """Write the new events among *arrivals*, and return the result of each arrival. Raises `Overtaken`."""
    results = {n: result for n, arrival in enumerate(arrivals) if (result := _check_storable(arrival.event))}
    while len(results) < len(arrivals):
        wave = _next_wave(arrivals, results)
        results.update(zip(wave, _write_wave(connection, [arrivals[n] for n in wave]), strict=True))
    return [results[n] for n in range(len(arrivals))]


def _next_wave(arrivals: Sequence[Arrival], done: Mapping[int, IntakeResult]) -> list[int]:
    """Choose the arrivals that one set of statements can write: no order and no key twice, the earliest of each."""
    wave, orders, names = [], set[OrderKey](), set[tuple[str, str]]()
    for n, arrival in enumerate(arrivals):
        if n not in done:
            if arrival.event.order not in orders and arrival.name not in names:
                wave.append(n)
            orders.add(arrival.event.order)
            names.add(arrival.name)
    return wave


def _check_storable(event: Event) -> IntakeResult | None:
    """Quarantine what no database can hold. The readers of events let nothing of it through; this is a second check."""
    texts = (event.key, *event.order, event.tracking, event.tracking_url, event.note)
    if len(event.key) > MAX_KEY or not all(map(is_storable, texts)):
        return quarantined(QuarantineReason.BAD_TEXT, "a text of the event is too long, or cannot be stored")
    if not 0 <= (event.parcels or 0) <= MAX_PARCELS or abs(event.occurred_at) > MAX_INSTANT:
        return quarantined(QuarantineReason.BAD_NUMBER, "a number of the event is too large to be stored")
    return None


def _write_wave(connection: Connection, wave: Sequence[Arrival]) -> list[IntakeResult]:
    known = _find_known(connection, wave)
    without_parcel = [a.event.order for a in wave if _names_no_parcel(a.event)]
    several = _with_several_parcels(connection, without_parcel)
    results = [_judge(arrival, known.get(arrival.name), several) for arrival in wave]
    moving = [arrival for arrival, result in zip(wave, results, strict=True) if result.wake_ups]
    due = _make_due(connection, moving, known)
    new = [arrival for arrival in moving if arrival.name not in known and arrival.event.order in due]
    event_ids = _insert(connection, new, due)
    return [_complete(arrival, result, due, event_ids) for arrival, result in zip(wave, results, strict=True)]


def _find_known(connection: Connection, wave: Sequence[Arrival]) -> _KnownEvents:
    keys = [{"source": source, "key": key} for source, key in (arrival.name for arrival in wave)]
    rows = statements(connection.dialect.name).known_event.run(connection, keys)
    return {arrival.name: _KnownEvent(*row) for arrival, row in zip(wave, rows, strict=True) if row}


def _names_no_parcel(event: Event) -> bool:
    return not event.tracking and event.name.startswith("shipment.")


def _with_several_parcels(connection: Connection, keys: Sequence[OrderKey]) -> frozenset[OrderKey]:
    rows = statements(connection.dialect.name).known_parcels.run(connection, [key._asdict() for key in keys])
    return frozenset(key for key, row in zip(keys, rows, strict=True) if row and row[0] > 1)


def _judge(arrival: Arrival, known: _KnownEvent | None, several: frozenset[OrderKey]) -> IntakeResult:
    """Return what becomes of an event. It has wake-ups when it makes its order due."""
    event = arrival.event
    if known is not None:
        return _judge_known(arrival, known)
    if _names_no_parcel(event) and event.order in several:
        return quarantined(QuarantineReason.WHICH_PARCEL, "the order has several parcels, and the event names none")
    return IntakeResult(DeliveryOutcome.ACCEPTED, wake_ups=(event.order,))


def _judge_known(arrival: Arrival, known: _KnownEvent) -> IntakeResult:
    event = arrival.event
    # The sender may name the order as before, although we have found out which one it is.
    same_order = event.order in {(known.account, known.order_id), (known.account, known.reference)}
    if not same_order or (event.name.value, event.tracking) != (known.name, known.tracking):
        return quarantined(QuarantineReason.KEY_REUSED, f"event {known.id} has the same key and says something else")
    same_delivery = known.delivery_id == arrival.delivery_id
    outcome = DeliveryOutcome.ACCEPTED if same_delivery else DeliveryOutcome.DUPLICATE
    return IntakeResult(outcome, known.id, wake_ups=(event.order,) if event.name is EventName.HINT else ())


def _make_due(connection: Connection, moving: Sequence[Arrival], known: _KnownEvents) -> DueOrders:
    """Make the orders due and count their events. Orders that are full are not in the result."""
    # In one order, so that two receivers never wait for each other's rows; references first, as their searches lock.
    moving = sorted(moving, key=lambda arrival: (not arrival.event.order.reference, arrival.event.order))
    values = [{**a.event.order._asdict(), "now": a.now, "new_events": int(a.name not in known)} for a in moving]
    rows = statements(connection.dialect.name).order.run(connection, values)
    due = {arrival.event.order: (row[0], row[1]) for arrival, row in zip(moving, rows, strict=True) if row}
    if any(a.name in known and due.get(a.event.order, (0,))[0] != known[a.name].order_row for a in moving):
        raise Overtaken  # The order was pruned just now, and the hint with it: it is new again.
    _restart_searches(connection, [arrival for arrival in moving if arrival.event.order in due])
    return due


def _restart_searches(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Restart the stopped and dismissed searches for the references among *arrivals*: a new event is a reason."""
    values = [
        {"its_account": a.event.order.account, "its_order_id": a.event.order.order_id, "at": a.now}
        for a in arrivals
        if a.event.order.reference
    ]
    statements(connection.dialect.name).restart_search.run(connection, values)


def _insert(connection: Connection, new: Sequence[Arrival], due: DueOrders) -> dict[tuple[str, str], int]:
    """Insert the events, and return their ids."""
    new = sorted(new, key=lambda arrival: arrival.name)
    rows = [_row(arrival, *due[arrival.event.order]) for arrival in new]
    inserted = statements(connection.dialect.name).event.run(connection, rows)
    if not all(inserted):
        raise Overtaken  # Another transaction wrote the same key between our read and our insert.
    return {arrival.name: row[0] for arrival, row in zip(new, inserted, strict=True) if row}


def _complete(
    arrival: Arrival, result: IntakeResult, due: DueOrders, event_ids: Mapping[tuple[str, str], int]
) -> IntakeResult:
    if not result.wake_ups or result.event_id is not None:
        return result
    if arrival.event.order not in due:
        detail = f"the order has {MAX_EVENTS} events and takes no more"
        return quarantined(QuarantineReason.TOO_MANY_EVENTS, detail)
    return replace(result, event_id=event_ids[arrival.name])


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
    }
