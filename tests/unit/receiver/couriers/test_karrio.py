"""Karrio: its statuses, what is skipped, and the header that is no id of an event."""

from typing import Any

import pytest

from tests.support.couriers.karrio import KARRIO, document, sent
from tests.support.couriers.receiving import AGO, Receiver, meaning, received

MEANINGS = {
    "unknown": "info",
    "on_hold": "info",
    "pending": "created",
    "picked_up": "picked_up",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "ready_for_pickup": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "delivery_failed": "delivery_failed",
    "return_to_sender": "returned",
    "cancelled": "cancelled",
}


@pytest.mark.parametrize("event", ["tracker_created", "tracker_updated"])
def test_each_status_has_its_meaning(event: str):
    assert {word: meaning(KARRIO, word, event=event) for word in MEANINGS} == MEANINGS


@pytest.mark.parametrize("event", ["shipment_purchased", "order_created", "batch_completed", "tracing_log", None])
def test_other_events_are_of_no_interest(event: str | None):
    assert meaning(KARRIO, "delivered", event=event) == "info"


def test_a_test_is_of_no_interest():
    assert meaning(KARRIO, "delivered", test_mode=True) == "info"


def test_the_header_is_the_secret_and_no_id_of_an_event():
    receiver = Receiver(KARRIO)
    outcomes = [receiver.receive(sent(document(word, AGO(1)))).outcome for word in ("picked_up", "delivered")]
    assert outcomes == ["accepted", "accepted"]
    (event,) = received(KARRIO, sent(document("delivered", AGO(1)))).events
    assert KARRIO.secrets["token"] not in event.key


def test_the_first_of_the_events_is_the_newest():
    assert received(KARRIO, sent(document("delivered", AGO(2)))).news[0].at == AGO(2)


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ({}, "number:ORD-3001"),
        ({"info": {"order_id": None}}, "tracking:KA300001"),
        ({"info": None, "metadata": {"order_number": "ORD-7"}}, "number:ORD-7"),
    ],
)
def test_the_order_is_named_in_the_info_or_in_the_merchants_metadata(fields: dict[str, Any], order: str):
    assert received(KARRIO, sent(document("delivered", AGO(2), **fields))).events[0].order.order_id == order
