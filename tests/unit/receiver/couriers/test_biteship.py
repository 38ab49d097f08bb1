"""Biteship: each status in each spelling, the three events, the probes, and both places of its secret."""

from dataclasses import replace

import pytest

from tests.support.couriers.biteship import BITESHIP, HEADER, SECRETS, SHIPMENT, WAYBILL, document, nested, sent
from tests.support.couriers.receiving import AGO, Receiver, meaning, received
from tests.support.couriers.samples import Sent

MEANINGS = {
    "created": "confirmed scheduled",
    "picked_up": "picked",
    "out_for_delivery": "dropping_off droppingOff",
    "delivered": "delivered Delivered",
    "returned": "return_in_transit returnInTransit returned",
    "cancelled": "rejected courier_not_found courierNotFound cancelled canceled",
    "lost": "disposed",
    "info": "allocated picking_up pickingUp on_hold onHold",
}


@pytest.mark.parametrize(("event", "words"), MEANINGS.items())
def test_each_status_has_its_meaning_in_each_spelling(event: str, words: str):
    assert {word: meaning(BITESHIP, word) for word in words.split()} == dict.fromkeys(words.split(), event)


@pytest.mark.parametrize("word", ["confirmed", "picked", "delivered", None, "never_heard_of"])
def test_a_waybill_says_that_a_parcel_exists_whatever_its_status_is(word: str | None):
    assert meaning(BITESHIP, "picked", event="order.waybill_id", status=word) == "created"


def test_a_new_price_is_no_news_of_the_parcel():
    assert meaning(BITESHIP, "delivered", event="order.price") == "info"


@pytest.mark.parametrize("event", [None, "order.other"])
def test_a_status_of_an_unknown_event_is_unknown(event: str | None):
    assert meaning(BITESHIP, "delivered", event=event) == "unknown_event"


def test_an_empty_body_and_a_get_are_probes_that_need_no_secret():
    assert received(BITESHIP, Sent({}, b"")).outcome == "probe"
    assert received(BITESHIP, Sent({}, b"", "GET")).outcome == "probe"
    assert received(BITESHIP, Sent({}, b"{}")).outcome == "refused"


def test_the_waybill_finds_the_order():
    (event,) = received(BITESHIP, sent(document("delivered", AGO(1)))).events
    assert (event.order.order_id, event.tracking, event.shipment) == (f"tracking:{WAYBILL}", WAYBILL, SHIPMENT)


@pytest.mark.parametrize("waybill", [None, ""])
def test_before_there_is_a_waybill_the_shipment_finds_the_order(waybill: str | None):
    (event,) = received(BITESHIP, sent(document("confirmed", AGO(1), courier_waybill_id=waybill))).events
    assert (event.order.order_id, event.tracking) == (f"shipment:{SHIPMENT}", "")


def test_the_older_form_says_the_same():
    (old,) = received(BITESHIP, sent(nested("picked", AGO(1)))).events
    (new,) = received(BITESHIP, sent(document("picked", AGO(1), courier_link="https://track.example/6de509"))).events
    assert replace(old, key="") == replace(new, key="")


def test_without_a_time_the_next_status_is_another_event():
    receiver = Receiver(BITESHIP)
    outcomes = [receiver.receive(sent(document(word, None))).outcome for word in ("picked", "delivered", "picked")]
    assert outcomes == ["accepted", "accepted", "duplicate"]


def test_the_secret_may_stand_in_the_url_instead():
    secret = "a-secret-of-the-url"
    receiver = Receiver(BITESHIP, {"url": [secret]})
    body = document("delivered", AGO(1))
    made = sent(body, {"url": secret})
    assert receiver.receive(made).outcome == "accepted"
    for query in ("", "?secret=other", f"?token={secret}", f"?secret={secret}&secret={secret}"):
        assert receiver.receive(replace(made, query=query)).outcome == "refused"


def test_the_merchant_may_name_the_parameter_of_the_url():
    secret = "a-secret-of-the-url"
    receiver = Receiver(BITESHIP, {"url": [secret]}, options={"header": HEADER, "parameter": "token"})
    made = sent(document("delivered", AGO(1)), {})
    assert receiver.receive(replace(made, query=f"?token={secret}")).outcome == "accepted"


def test_with_a_secret_in_both_places_both_must_be_right():
    both = {**SECRETS, "url": "a-secret-of-the-url"}
    receiver = Receiver(BITESHIP, {method: [secret] for method, secret in both.items()})
    body = document("delivered", AGO(1))
    assert receiver.receive(sent(body)).outcome == "refused"
    assert receiver.receive(sent(body, both)).outcome == "accepted"
