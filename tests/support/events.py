"""Domain events and deliveries in short, and lists of events that Hypothesis draws."""

from collections.abc import Collection
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.events import Event, EventName, RecordedEvent
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.ports import Delivery

KEY = OrderKey("main", "1")
"""The order that events are about, unless a test names another."""

SHIPMENT_EVENTS = [name for name in EventName if name.startswith("shipment.")]
PARCELS = ["", "A", "B"]

_numbers = count(1)


def an_event(
    name: EventName | str = EventName.PICKED_UP, tracking: str = "", *, at: int = START, **fields: Any
) -> Event:
    """Return one event that happened and came in *at*. Its key is unique unless *fields* have one."""
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


@st.composite
def _event_lists(draw: st.DrawFn, names: list[EventName], numbers: list[str]) -> list[Event]:
    entries = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(numbers), st.integers(0, 5)), max_size=8))
    announced = draw(st.one_of(st.none(), st.integers(1, 3)))
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


def event_lists(
    names: Collection[EventName] = tuple(EventName), *, without: Collection[EventName] = (), parcels: int = 2
) -> st.SearchStrategy[list[Event]]:
    """Draw up to eight events with these *names*, of at most so many numbered *parcels*, in any order of time."""
    return _event_lists([name for name in names if name not in without], PARCELS[: parcels + 1])
