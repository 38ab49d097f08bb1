"""KiriminAja: each method with its own time, several packages, and the older generation of the body."""

from datetime import UTC, datetime

import pytest

from tests.support.couriers.kiriminaja import KIRIMINAJA, MOMENTS, delivery, document, package, sent, short
from tests.support.couriers.receiving import AGO, NOW, Receiver, meaning, received
from tests.support.couriers.writing import utc

MEANINGS = {
    "processed_packages": "created",
    "validated_packages": "info",
    "shipped_packages": "picked_up",
    "finished_packages": "delivered",
    "canceled_packages": "cancelled",
    "rejected_packages": "cancelled",
    "returned_packages": "returned",
    "return_finished_packages": "returned",
    "problem_packages": "info",
}
LOCAL, AT = "2026-11-27 03:00:00", datetime(2026, 11, 26, 20, tzinfo=UTC)
"""The same moment in Jakarta and in UTC."""


def test_each_method_has_its_meaning():
    assert {word: meaning(KIRIMINAJA, word) for word in MEANINGS} == MEANINGS


@pytest.mark.parametrize(("word", "field"), MOMENTS.items())
def test_the_time_is_that_of_the_methods_own_field(word: str, field: str):
    moments = {name: utc(AGO(hours), ".000000") for hours, name in enumerate(sorted(set(MOMENTS.values())), 10)}
    (news,) = received(KIRIMINAJA, sent(document(word, AGO(1), **{**moments, field: utc(AGO(5))}))).news
    assert news.at == AGO(5)


@pytest.mark.parametrize("word", [word for word, field in MOMENTS.items() if field not in {"date", "canceled_at"}])
def test_without_its_own_field_the_arrival_counts_and_no_earlier_time(word: str):
    moments = {"shipped_at": utc(AGO(20)), "date": utc(AGO(30)), MOMENTS[word]: None}
    (news,) = received(KIRIMINAJA, sent(document(word, AGO(1), **moments))).news
    assert news.at == NOW


def test_a_cancellation_without_its_own_time_has_the_time_of_the_date():
    (news,) = received(KIRIMINAJA, sent(document("canceled_packages", None, date=utc(AGO(3))))).news
    assert (news.name, news.at) == ("cancelled", AGO(3))


def test_the_older_generation_has_local_times_and_no_tracking_number():
    (event,) = received(KIRIMINAJA, sent(short("shipped_packages", shipped_at=LOCAL))).events
    assert (event.order.order_id, event.tracking) == ("number:TKORD-2401", "")
    (news,) = received(KIRIMINAJA, sent(short("canceled_packages", canceled_at=LOCAL))).news
    assert (news.name, news.at) == ("cancelled", AT)
    (news,) = received(KIRIMINAJA, sent(short("processed_packages"))).news
    assert (news.name, news.at) == ("created", NOW)


def test_the_prefix_that_the_courier_demands_is_no_part_of_the_number():
    made = sent(document("shipped_packages", AGO(1)))
    assert received(KIRIMINAJA, made, number_prefix="TK").news[0].number == "ORD-2401"
    other = sent(document("shipped_packages", AGO(1), order_id="ORD-2401"))
    assert received(KIRIMINAJA, other, number_prefix="TK").news[0].number == "ORD-2401"


def test_the_reference_may_be_the_id_of_the_order():
    made = sent(document("shipped_packages", AGO(1), order_id="TK2401"))
    (event,) = received(KIRIMINAJA, made, number_prefix="TK", reference="id").events
    assert event.order.order_id == "2401"


def test_each_package_is_an_event_and_a_known_one_among_new_ones_does_no_harm():
    first, second = (package("finished_packages", AGO(1), awb=awb, order_id=awb) for awb in ("A1", "A2"))
    receiver = Receiver(KIRIMINAJA)
    assert receiver.receive(sent(delivery("finished_packages", first))).outcome == "accepted"
    both = receiver.receive(sent(delivery("finished_packages", first, second)))
    assert (both.outcome, [news.tracking for news in both.news]) == ("accepted", ["A1", "A2"])
    assert receiver.receive(sent(delivery("finished_packages", second, first))).outcome == "duplicate"


def test_a_bad_package_is_quarantined_and_the_good_one_is_read_nevertheless():
    bad = package("finished_packages", AGO(1), awb=None, order_id=None)
    good = package("finished_packages", AGO(1))
    result = received(KIRIMINAJA, sent(delivery("finished_packages", bad, good)))
    assert (result.outcome, result.reason, len(result.events)) == ("quarantined", "no_order", 1)


def test_a_delivery_without_its_list_is_quarantined_and_one_with_an_empty_list_says_nothing():
    bare = {key: value for key, value in document("finished_packages", AGO(1)).items() if key != "data"}
    assert received(KIRIMINAJA, sent(bare)).reason == "no_list"
    assert received(KIRIMINAJA, sent({**bare, "data": []})).outcome == "ignored"


def test_a_return_that_is_flagged_and_then_arrives_is_two_events():
    flagged = package("returned_packages", None)
    back = {**flagged, "returned_at": utc(AGO(1), ".000000")}
    keys = {received(KIRIMINAJA, sent(delivery("returned_packages", one))).events[0].key for one in (flagged, back)}
    assert len(keys) == 2


@pytest.mark.parametrize("written", ["bearer {0}", "Bearer  {0}", "{0}", "Token {0}", "Bearer"])
def test_the_token_stands_behind_bearer(written: str):
    made = sent(document("shipped_packages", AGO(1)))
    value = written.format(made.headers["Authorization"].removeprefix("Bearer "))
    assert received(KIRIMINAJA, made.with_header("Authorization", value)).outcome == "refused"
