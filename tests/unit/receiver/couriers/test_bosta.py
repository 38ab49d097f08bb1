"""Bosta: each state of each type of order, for orders within Egypt and for international ones."""

import pytest

from tests.support.couriers.bosta import BOSTA, BOSTA_INTERNATIONAL, document, sent
from tests.support.couriers.receiving import AGO, meaning, received

STATES = "10 11 20 21 22 23 24 25 30 40 41 45 46 47 48 49 60 100 101 102 103 104 105"
MOVES = {
    "10": "created",
    "21": "picked_up",
    "24": "in_transit",
    "30": "in_transit",
    "41": "out_for_delivery",
    "45": "delivered",
    "46": "returned",
    "47": "delivery_failed",
    "48": "cancelled",
    "49": "cancelled",
    "60": "returned",
    "100": "lost",
    "101": "lost",
}
LOST = {"100": "lost", "101": "lost"}
BACK = {"46": "returned", "60": "returned", **LOST}
BY_TYPE = {
    "SEND": MOVES,
    "SIGN_AND_RETURN": MOVES,
    "FXF_SEND": MOVES,
    "RTO": {"41": "returned", "48": "cancelled", "49": "cancelled", **BACK},
    "CUSTOMER_RETURN_PICKUP": BACK,
    "EXCHANGE": LOST,
}
"""By type: what a state means. Every other state is of no interest."""
ABROAD = {
    "10": "created",
    "20": "info",
    "21": "picked_up",
    "26": "in_transit",
    "30": "in_transit",
    "41": "out_for_delivery",
    "45": "in_transit",
    "47": "delivery_failed",
    "48": "cancelled",
    "60": "delivered",
}


@pytest.mark.parametrize("kind", BY_TYPE)
def test_each_state_has_the_meaning_of_its_type(kind: str):
    states = STATES.split()
    wanted = {state: BY_TYPE[kind].get(state, "info") for state in states}
    assert {state: meaning(BOSTA, state, type=kind) for state in states} == wanted


@pytest.mark.parametrize("kind", ["CASH_COLLECTION", None, "send"])
def test_a_state_that_moves_an_order_is_unknown_for_an_unknown_type(kind: str | None):
    states = [state for state, event in MOVES.items() if event]
    assert {meaning(BOSTA, state, type=kind) for state in states} == {"unknown_event"}


def test_an_unknown_state_is_shown_with_its_type():
    result = received(BOSTA, sent(document("47", AGO(1), type="CASH_COLLECTION")))
    assert result.detail == "47 | CASH_COLLECTION"


def test_numbers_may_be_texts():
    body = document("45", AGO(1))
    texts = {**body, "state": "45", "timeStamp": str(body["timeStamp"])}
    numbers = {**body, "trackingNumber": 30010201}
    assert received(BOSTA, sent(texts)).news == received(BOSTA, sent(body)).news == received(BOSTA, sent(numbers)).news


def test_two_attempts_with_their_own_times_are_two_events():
    first, second = (received(BOSTA, sent(document("47", AGO(hours)))).events[0] for hours in (20, 2))
    assert first.key != second.key


def test_the_header_is_the_one_that_the_merchant_named():
    named = {"header": "X-Bosta-Key"}
    body = document("45", AGO(1))
    assert received(BOSTA, sent(body, header="x-bosta-key"), options=named).outcome == "accepted"
    assert received(BOSTA, sent(body), options=named).outcome == "refused"


@pytest.mark.parametrize("kind", ["SEND", None])
def test_each_state_of_an_international_order_has_its_own_meaning(kind: str | None):
    assert {state: meaning(BOSTA_INTERNATIONAL, state, type=kind) for state in ABROAD} == ABROAD


@pytest.mark.parametrize("state", sorted(set(STATES.split()) - set(ABROAD)))
def test_a_state_that_the_international_page_does_not_have_is_unknown(state: str):
    assert meaning(BOSTA_INTERNATIONAL, state) == "unknown_event"


@pytest.mark.parametrize("state", ABROAD)
def test_an_international_return_moves_nothing(state: str):
    assert meaning(BOSTA_INTERNATIONAL, state, type="CUSTOMER_RETURN_PICKUP") == "info"
    assert meaning(BOSTA_INTERNATIONAL, state, type="EXCHANGE") == "info"
    assert meaning(BOSTA_INTERNATIONAL, state, type="RTO") == "unknown_event"
