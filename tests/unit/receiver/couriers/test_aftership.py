"""AfterShip: tags, the sub-tags that say otherwise, its ids and its times."""

from typing import Any

import pytest

from tests.support.couriers.aftership import AFTERSHIP, document, sent
from tests.support.couriers.receiving import AGO, Receiver, meaning, received

TAGS = {
    "Pending": "info",
    "InfoReceived": "created",
    "InTransit": "in_transit",
    "OutForDelivery": "out_for_delivery",
    "AvailableForPickup": "in_transit",
    "AttemptFail": "delivery_failed",
    "Delivered": "delivered",
    "Exception": "info",
    "Expired": "info",
}
EXCEPTIONS = {
    "001 004 005 006 008 009 099": "info",
    "002 003 007": "delivery_failed",
    "010 011": "returned",
    "012 013": "lost",
}


def test_each_tag_has_its_meaning_with_and_without_a_sub_tag():
    assert {tag: meaning(AFTERSHIP, tag) for tag in TAGS} == TAGS
    assert {tag: meaning(AFTERSHIP, tag, subtag=None) for tag in TAGS} == TAGS


@pytest.mark.parametrize(("numbers", "event"), EXCEPTIONS.items())
def test_a_sub_tag_of_an_exception_says_more_than_its_tag(numbers: str, event: str):
    assert {meaning(AFTERSHIP, "Exception", subtag=f"Exception_{number}") for number in numbers.split()} == {event}


@pytest.mark.parametrize("number", ["001", "002", "003", "004"])
def test_every_way_to_be_delivered_is_delivered(number: str):
    assert meaning(AFTERSHIP, "Delivered", subtag=f"Delivered_{number}") == "delivered"


def test_a_sub_tag_without_its_tag_is_unknown():
    assert meaning(AFTERSHIP, "Delivered", tag=None) == "unknown_event"


@pytest.mark.parametrize("event", ["edd_revise", "tracking_pending_time", "anything", None])
def test_other_events_are_of_no_interest(event: str | None):
    assert meaning(AFTERSHIP, "Delivered", event=event) == "info"


def test_the_id_of_the_event_tells_repeats_from_news():
    receiver = Receiver(AFTERSHIP)
    body = document("Delivered", AGO(2))
    assert receiver.receive(sent(body)).outcome == "accepted"
    assert receiver.receive(sent({**body, "ts": 1795813201})).outcome == "duplicate"
    other = {**body, "msg": {**body["msg"], "order_number": "ORD-2502"}}
    assert receiver.receive(sent(other)).reason == "key_reused"


@pytest.mark.parametrize("checkpoint", ["", "2026-11-26", "2026-11-27T01:00:00", "2026-11-27T01:00:00+03:00"])
def test_the_time_is_when_aftership_noticed_whatever_the_checkpoint_says(checkpoint: str):
    body = document("Delivered", AGO(2), checkpoints=[{"checkpoint_time": checkpoint}])
    assert received(AFTERSHIP, sent(body)).news[0].at == AGO(2)


def test_the_shops_id_of_the_order_counts_where_there_is_no_number():
    def order(**fields: Any) -> str:
        return received(AFTERSHIP, sent(document("Delivered", AGO(2), **fields))).events[0].order.order_id

    assert order() == "number:ORD-2501"
    assert order(order_number=None) == "number:981"
    assert order(order_number="", order_id=None) == "tracking:AS250001"


@pytest.mark.parametrize("name", ["as-signature-hmac-sha256", "am-webhook-signature"])
def test_the_headers_of_other_products_do_not_count(name: str):
    made = sent(document("Delivered", AGO(2)))
    signature = made.headers["aftership-hmac-sha256"]
    renamed = made.with_header("aftership-hmac-sha256", None).with_header(name, signature)
    assert received(AFTERSHIP, renamed).outcome == "refused"
