"""AyMakan: its codes, both generations of the body, and what customers send back."""

import pytest

from tests.support.couriers.aymakan import AYMAKAN, document, older, sent
from tests.support.couriers.receiving import AGO, NOW, Receiver, meaning, received
from tests.support.couriers.writing import RIYADH

MEANINGS = {
    "created": "AY-0001",
    "picked_up": "AY-0002",
    "in_transit": "AY-0003 AY-0009 AY-0026 AY-0027 AY-0030 AY-0034",
    "out_for_delivery": "AY-0004",
    "delivered": "AY-0005",
    "delivery_failed": "AY-0006",
    "cancelled": "AY-0007 AY-0011 AY-0029",
    "returned": "AY-0008 AY-0028",
    "info": "AY-0010 AY-0013 AY-0017 AY-0032 AY-0050 AY-22",
    "unknown_event": "AY-0012 AY-0059 AY-0069 AY-0079 AY-0094 AY-0100 AY-0119 AY-5 5",
}


@pytest.mark.parametrize(("event", "words"), MEANINGS.items())
def test_each_code_has_its_meaning(event: str, words: str):
    assert {word: meaning(AYMAKAN, word) for word in words.split()} == dict.fromkeys(words.split(), event)


@pytest.mark.parametrize("flag", [1, "1", True, "true"])
def test_what_a_customer_sends_back_is_of_no_interest(flag: object):
    assert meaning(AYMAKAN, "AY-0005", is_reverse_pickup=flag) == "info"


@pytest.mark.parametrize("flag", [0, "0", False, "false", None, ""])
def test_an_ordinary_parcel_is_of_interest(flag: object):
    assert meaning(AYMAKAN, "AY-0005", is_reverse_pickup=flag) == "delivered"


def test_the_older_generation_has_no_time():
    receiver = Receiver(AYMAKAN)
    result = receiver.receive(sent(older("AY-0005")))
    (news,) = result.news
    assert (result.outcome, news.name, news.at, news.number) == ("accepted", "delivered", NOW, "ORD-2701")
    assert receiver.receive(sent(older("AY-0005", description="sent again"))).outcome == "duplicate"


@pytest.mark.parametrize("moment", ["2026-11-27T23:00:00.000000Z", "2026-11-27 23:00:00", "2026-11-28T02:00:00+03:00"])
def test_the_time_is_utc_whatever_the_zone_of_the_source_is(moment: str):
    (news,) = received(AYMAKAN, sent(document("AY-0005", moment)), zone=RIYADH).news
    assert news.at == AGO(1)


def test_the_reason_of_a_failed_attempt_is_noted():
    (event,) = received(AYMAKAN, sent(document("AY-0006", AGO(1), reason_description="No answer"))).events
    assert event.note == "No answer"
