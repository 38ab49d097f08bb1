"""EasyPost: the form of its secret, what is skipped, its statuses and its times."""

import unicodedata
from typing import Literal

import pytest

from tests.support.couriers.easypost import EASYPOST, HEADER, PREFIX, SECRETS, document, sent, signed
from tests.support.couriers.receiving import AGO, Receiver, meaning, received

MEANINGS = {
    "unknown": "info",
    "error": "info",
    "pre_transit": "created",
    "in_transit": "in_transit",
    "available_for_pickup": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "return_to_sender": "returned",
    "failure": "delivery_failed",
    "cancelled": "cancelled",
}


@pytest.mark.parametrize("description", ["tracker.created", "tracker.updated"])
def test_each_status_has_its_meaning(description: str):
    assert {word: meaning(EASYPOST, word, description=description) for word in MEANINGS} == MEANINGS


@pytest.mark.parametrize("description", ["batch.updated", "refund.successful", "insurance.purchased", "tracker.other"])
def test_other_kinds_of_events_are_of_no_interest(description: str):
    assert meaning(EASYPOST, "delivered", description=description) == "info"


def test_a_test_and_a_return_are_of_no_interest():
    assert meaning(EASYPOST, "delivered", mode="test") == "info"
    assert meaning(EASYPOST, "delivered", is_return=True) == "info"
    assert meaning(EASYPOST, "delivered", is_return=None) == "delivered"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_secret_may_be_typed_in_any_form_and_is_used_in_nfkd(form: Literal["NFC", "NFD", "NFKC", "NFKD"]):
    typed = unicodedata.normalize(form, SECRETS["signature"])
    body = document("delivered", AGO(1))
    assert received(EASYPOST, sent(body), secrets={"signature": [typed]}).outcome == "accepted"
    composed = signed(body, unicodedata.normalize("NFC", typed))
    assert received(EASYPOST, composed, secrets={"signature": [typed]}).outcome == "refused"


@pytest.mark.parametrize("prefix", ["", "hmac-sha256=", "sha256=", PREFIX.upper()])
def test_the_signature_has_its_prefix(prefix: str):
    made = sent(document("delivered", AGO(1)))
    digest = made.headers[HEADER].removeprefix(PREFIX)
    assert received(EASYPOST, made.with_header(HEADER, prefix + digest)).outcome == "refused"
    assert received(EASYPOST, made.with_header(HEADER, PREFIX + digest.upper())).outcome == "accepted"


def test_the_id_is_the_same_in_repeats_with_another_body():
    receiver = Receiver(EASYPOST)
    body = document("delivered", AGO(1))
    again = {**body, "pending_urls": [], "completed_urls": ["https://hooks.example.com"]}
    other = {**body, "id": "evt_other"}
    assert [receiver.receive(sent(one)).outcome for one in (body, again, other)] == [
        "accepted",
        "duplicate",
        "accepted",
    ]


def test_the_time_is_that_of_the_last_scan_and_else_when_easypost_noticed():
    body = document("in_transit", AGO(5), noticed=AGO(4))
    assert received(EASYPOST, sent(body)).news[0].at == AGO(5)
    bare = document("pre_transit", AGO(5), noticed=AGO(4), tracking_details=[])
    assert received(EASYPOST, sent(bare)).news[0].at == AGO(4)


def test_only_the_tracking_code_finds_the_order():
    (event,) = received(EASYPOST, sent(document("delivered", AGO(1)))).events
    assert event.order.order_id == "tracking:EZ260001"
    assert received(EASYPOST, sent(document("delivered", AGO(1), tracking_code=None))).reason == "no_order"
