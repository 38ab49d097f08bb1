"""A platform's event, profile awalchat, is a hint: "read that order again", and nothing else."""

import json

import pytest

from tests.support.reading import RECEIVED_AT, read, read_events, reason
from tests.support.receiver import AWALCHAT
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey


def hint(event: str = "order.updated", **members: object) -> bytes:
    return json.dumps({"event": event, "timestamp": "2024-01-25T14:30:00Z", "data": {"order_id": 7}} | members).encode()


@pytest.mark.parametrize("data", [{"order_id": 7}, {"id": 7}, {"order_id": "7"}, {"order_id": {"x": 1}, "id": 7}])
def test_any_order_event_is_a_hint_for_its_order(data: dict[str, object]):
    event = read(hint("order.anything_at_all", data=data), AWALCHAT)
    assert (event.order, event.name) == (OrderKey("main", "7"), EventName.HINT)


def test_no_other_field_of_a_platform_event_is_trusted():
    members = {"order_id": 7, "tracking_number": ["x"], "parcels": "many", "status": "completed", "note": 5}
    event = read(hint("order.completed", timestamp=12.5, data=members), AWALCHAT)
    assert event == Event("awalchat", event.key, OrderKey("main", "7"), EventName.HINT, RECEIVED_AT, RECEIVED_AT)


@pytest.mark.parametrize("event", ["message.received", "order", "orders.updated", "contact.created"])
def test_an_event_of_another_family_is_of_no_interest(event: str):
    assert read_events(AWALCHAT, hint(event), RECEIVED_AT) == ()


def test_two_hints_differ_in_order_event_or_timestamp_or_in_their_id():
    bodies = [
        hint(),
        hint(timestamp="2024-01-25T14:30:01Z"),
        hint(timestamp=None),
        hint("order.created"),
        hint(data={"id": 8}),
        hint(id="a"),
        hint(id="b", timestamp=None),
    ]
    assert len({read(body, AWALCHAT).key for body in bodies}) == len(bodies)
    assert read(hint(), AWALCHAT).key == read(hint(extra=1), AWALCHAT).key
    assert read(hint(id="a"), AWALCHAT).key == "a"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "no_order"),
        (None, "no_order"),
        ({"id": "x"}, "bad_order_id"),
        ({"order_number": "ORD-1", "tracking_number": "TRK1"}, "no_order"),
    ],
)
def test_an_order_event_without_an_order_is_unusable(data: object, why: str):
    assert reason(hint(data=data), AWALCHAT) == why


@pytest.mark.parametrize("name", ["timestamp", "id"])
@pytest.mark.parametrize("raw", [b"NaN", b'"x\\ud800"', b"9" * 40, b'{"a": ["\\u0000"]}'])
def test_a_hint_whose_other_fields_are_flawed_is_a_hint_all_the_same(name: str, raw: bytes):
    body = hint(**{name: "?"}).replace(b'"?"', raw)
    event = read(body, AWALCHAT)
    assert (event.order, event.name) == (OrderKey("main", "7"), EventName.HINT)
    assert event.key == read(body, AWALCHAT).key
    assert event.key.isprintable()
