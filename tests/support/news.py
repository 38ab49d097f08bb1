"""Deliveries and events in short, for tests that look at one thing about them."""

from typing import Any

from tests.support.clock import START
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.ports import Delivery

ORDER = OrderKey("main", "1")


def an_event(key: str = "evt_1", **fields: Any) -> Event:
    said: dict[str, Any] = {"name": EventName.PICKED_UP, "occurred_at": START - 60_000_000, "received_at": START}
    return Event(source="courier", key=key, **{"order": ORDER, **said, **fields})


def a_hint(key: str = "hint_1", **fields: Any) -> Event:
    return an_event(key, name=EventName.HINT, **fields)


def a_delivery(*events: Event, **fields: Any) -> Delivery:
    said: dict[str, Any] = {"source": "courier", "received_at": START, "body": b'{"id": "evt_1"}', **fields}
    return Delivery(events=events, **said)
