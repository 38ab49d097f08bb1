"""Sendcloud: its ids, its actions, returns, and which of its two times counts."""

import pytest

from tests.support.couriers.receiving import AGO, meaning, received
from tests.support.couriers.samples import Sent
from tests.support.couriers.sendcloud import HEADER, SENDCLOUD, document, sent

MEANINGS = {
    "created": "1 1000",
    "info": "999 1001 1002 13 15 1337 1999 2001",
    "picked_up": "22",
    "in_transit": "3 4 5 6 7 12 91",
    "out_for_delivery": "92",
    "delivery_failed": "8 80",
    "delivered": "11 93",
    "returned": "62991 62992",
    "cancelled": "1998 2000",
    "unknown_event": "2 9 10 14 62989 1003",
}


@pytest.mark.parametrize(("event", "words"), MEANINGS.items())
def test_each_id_has_its_meaning_as_a_number_and_as_a_text(event: str, words: str):
    assert {word: meaning(SENDCLOUD, word) for word in words.split()} == dict.fromkeys(words.split(), event)
    assert {meaning(SENDCLOUD, "0", status={"id": word}) for word in words.split()} == {event}


@pytest.mark.parametrize("action", ["return_created", "integration_connected", "integration_deleted", "other"])
def test_other_actions_are_of_no_interest(action: str):
    assert meaning(SENDCLOUD, "11", action=action) == "info"


def test_a_return_is_of_no_interest():
    assert meaning(SENDCLOUD, "11", is_return=True) == "info"
    assert meaning(SENDCLOUD, "11", is_return=None) == "delivered"


def test_the_carriers_time_counts_and_else_that_of_sendcloud():
    assert received(SENDCLOUD, sent(document("11", AGO(5), noticed=AGO(4)))).news[0].at == AGO(5)
    assert received(SENDCLOUD, sent(document("11", None, noticed=AGO(4)))).news[0].at == AGO(4)


def test_the_published_test_vector_is_authentic():
    signature = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
    key = {"signature": ["secretkey"]}
    made = Sent({HEADER: signature}, b'{"key": "value"}')
    assert received(SENDCLOUD, made, secrets=key).outcome == "ignored"
    assert received(SENDCLOUD, Sent(made.headers, b'{"key":"value"}'), secrets=key).outcome == "refused"
