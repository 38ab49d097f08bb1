"""Short ways to make events and deliveries, and lists of events that Hypothesis draws."""

from collections.abc import Collection
from itertools import count, product
from typing import Any

from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.events import Event, EventName, RecordedEvent
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.ports import Delivery

KEY = OrderKey("main", "1")
"""The order that events are about, unless a test names another."""

SHIPMENT_EVENTS = frozenset(name for name in EventName if name.startswith("shipment."))
PARCELS = ["", "A", "B"]

_numbers = count(1)


def an_event(
    name: EventName | str = EventName.PICKED_UP, tracking: str = "", *, at: int = START, **fields: Any
) -> Event:
    """Return one event that happened and was received *at* this instant. Its key is unique unless *fields* has one."""
    values: dict[str, Any] = {"source": "courier", "order": KEY, "occurred_at": at, "received_at": at}
    values |= {"key": f"evt_{next(_numbers)}", **fields}
    return Event(name=EventName(name), tracking=tracking, **values)


def a_hint(key: str = "hint_1", **fields: Any) -> Event:
    """Return a hint."""
    return an_event(EventName.HINT, key=key, **fields)


def a_delivery(*events: Event, **fields: Any) -> Delivery:
    """Return a delivery of *events*."""
    values: dict[str, Any] = {"source": "courier", "received_at": START, "body": b'{"id": "evt_1"}', **fields}
    return Delivery(events=events, **values)


def recorded(*events: Event) -> tuple[RecordedEvent, ...]:
    """Return *events* as the database numbers them when they arrive in this order."""
    return tuple(RecordedEvent(number, number, event) for number, event in enumerate(events, 1))


def event_lists(
    names: Collection[EventName] = tuple(EventName), *, without: Collection[EventName] = (), parcels: int = 2
) -> st.SearchStrategy[list[Event]]:
    """Draw up to eight events with these *names*, of at most *parcels* numbered parcels, with instants in any order."""
    chosen = [name for name in names if name not in without]
    # One draw for each event, because a draw takes longer than the rules take for an event.
    entries = st.lists(st.sampled_from([*product(chosen, PARCELS[: parcels + 1], range(6))]), max_size=8)
    return st.tuples(entries, st.sampled_from([None, 1, 2, 3])).map(_events)


def _events(drawn: tuple[list[tuple[EventName, str, int]], int | None]) -> list[Event]:
    """Make events from triples (name, parcel, hour), and from the number of parcels that each creation announces."""
    entries, announced = drawn
    return [
        an_event(
            name,
            number if name in SHIPMENT_EVENTS else "",
            at=START + hours * HOUR,
            key=f"evt_{index}",
            parcels=announced if name is EventName.CREATED else None,
        )
        for index, (name, number, hours) in enumerate(entries)
    ]
