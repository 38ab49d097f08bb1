"""Ninja Van: the words of both versions, on the way to the customer and on the way back."""

import pytest

from tests.support.couriers.ninjavan import NINJAVAN, document, older, sent
from tests.support.couriers.receiving import AGO, Receiver, meaning, received
from tests.support.couriers.writing import RIYADH, with_offset

FORWARD = {
    "Pending Pickup": "created",
    "Pending Pickup, Shipper Dropoff": "created",
    "Picked Up, In Transit to Origin Hub": "picked_up",
    "Arrived at Origin Hub": "in_transit",
    "Arrived at Transit Hub": "in_transit",
    "In Transit to Next Sorting Hub": "in_transit",
    "Arrived at Destination Hub": "in_transit",
    "International Transit, Customs Cleared": "in_transit",
    "At PUDO, Pending Customer Collection": "in_transit",
    "On Vehicle for Delivery": "out_for_delivery",
    "Delivered": "delivered",
    "Delivered, Received by Customer": "delivered",
    "Delivered, Left at Doorstep": "delivered",
    "Delivered, Collected by Customer": "delivered",
    "Delivery Exception, Pending Reschedule": "delivery_failed",
    "Delivery Exception, Reattempt Scheduled": "delivery_failed",
    "Delivery Exception, Max Attempts Reached": "delivery_failed",
    "Delivery Exception, Parcel Overstayed at PUDO": "delivery_failed",
}
EITHER_WAY = {
    "Driver dispatched for Pickup": "info",
    "Pickup Exception, Pending Reschedule": "info",
    "Pickup Exception, Reattempt Scheduled": "info",
    "Pickup Exception, Max Attempts Reached": "info",
    "Pickup Exception, Pending Retrieval from PUDO": "info",
    "Parcel Measurements Update": "info",
    "Delivery Exception, Return to Sender Initiated": "returned",
    "Return to Shipper, On Vehicle for Delivery": "returned",
    "Return to Shipper Exception, Pending Reschedule": "returned",
    "Returned to Sender": "returned",
    "Delivery Exception, Parcel Lost": "lost",
    "Delivery Exception, Parcel Damaged": "lost",
    "Cancelled": "cancelled",
}
OLDER = {
    "Staging": "info",
    "Pending Pickup": "created",
    "Van En-route to Pickup": "info",
    "En-route to Sorting Hub": "in_transit",
    "Arrived at Sorting Hub": "in_transit",
    "Arrived at Origin Hub": "in_transit",
    "On Vehicle for Delivery": "out_for_delivery",
    "Completed": "delivered",
    "Successful Delivery": "delivered",
    "Pending Reschedule": "delivery_failed",
    "First Attempt Delivery Fail": "delivery_failed",
    "Pickup Fail": "info",
    "Arrived at Distribution Point": "in_transit",
    "Return to Sender Triggered": "returned",
    "On Vehicle for Delivery (RTS)": "returned",
    "Returned to Sender": "returned",
    "Cancelled": "cancelled",
    "Cross Border Transit": "in_transit",
    "Customs Held": "info",
    "Customs Cleared": "in_transit",
    "Parcel Weight": "info",
    "Parcel Size": "info",
}


@pytest.mark.parametrize("leg", [False, "false", None])
def test_each_event_has_its_meaning_on_the_way_to_the_customer(leg: object):
    wanted = FORWARD | EITHER_WAY
    assert {word: meaning(NINJAVAN, word, is_parcel_on_rts_leg=leg) for word in wanted} == wanted


@pytest.mark.parametrize("leg", [True, "true"])
def test_every_movement_on_the_way_back_is_a_return(leg: object):
    movements = [word for word, event in FORWARD.items() if event != "created"]
    assert {meaning(NINJAVAN, word, is_parcel_on_rts_leg=leg) for word in movements} == {"returned"}
    assert {word: meaning(NINJAVAN, word, is_parcel_on_rts_leg=leg) for word in EITHER_WAY} == EITHER_WAY


@pytest.mark.parametrize("leg", [1, "yes", "True"])
def test_a_movement_on_an_unknown_leg_is_unknown(leg: object):
    assert {meaning(NINJAVAN, word, is_parcel_on_rts_leg=leg) for word in FORWARD} == {"unknown_event"}


def test_a_parcel_that_waits_for_its_pick_up_on_the_way_back_is_no_parcel_of_the_order():
    assert meaning(NINJAVAN, "Pending Pickup", is_parcel_on_rts_leg=True) == "unknown_event"


def test_the_group_of_an_event_does_not_count():
    assert meaning(NINJAVAN, "Arrived at Transit Hub", status="Delivered") == "in_transit"
    assert meaning(NINJAVAN, "never heard of", status="Delivered") == "unknown_event"


@pytest.mark.parametrize("event", [None, ""])
def test_each_status_of_version_1_1_has_its_meaning(event: str | None):
    assert {word: meaning(NINJAVAN, "", event=event, status=word) for word in OLDER} == OLDER


def test_version_1_1_has_no_event_and_knows_the_way_back_as_well():
    assert received(NINJAVAN, sent(older("Completed", AGO(1)))).news[0].name == "delivered"
    for word in (word for word, event in OLDER.items() if event not in {"info", "created", "cancelled"}):
        body = older(word, AGO(1), is_parcel_on_rts_leg=True)
        assert received(NINJAVAN, sent(body)).news[0].name == "returned"


def test_an_unknown_word_of_version_1_1_is_healed_by_the_word_as_it_is_shown():
    made = sent(older("Arrived at Moon Base", AGO(1), is_parcel_on_rts_leg=False))
    assert received(NINJAVAN, made).detail == "| Arrived at Moon Base | false"
    own = {"| Arrived at Moon Base | false": "in_transit"}
    assert received(NINJAVAN, made, statuses=own).news[0].name == "in_transit"


@pytest.mark.parametrize("moment", ["2026-11-28T07:00:00+0800", "2026-11-28T07:00:00+08:00", "2026-11-27T23:00:00Z"])
def test_a_time_may_have_its_offset_with_or_without_a_colon(moment: str):
    assert received(NINJAVAN, sent(document("Delivered", moment))).news[0].at == AGO(1)


def test_the_same_news_in_other_bytes_is_a_duplicate():
    receiver = Receiver(NINJAVAN)
    body = document("Delivered", AGO(1))
    assert receiver.receive(sent(body)).outcome == "accepted"
    assert receiver.receive(sent({**dict(reversed(body.items())), "pod": {}})).outcome == "duplicate"
    assert receiver.receive(sent({**body, "timestamp": with_offset(AGO(1), RIYADH)})).outcome == "accepted"
    assert receiver.receive(sent({**body, "is_parcel_on_rts_leg": True})).reason == "key_reused"
