"""What the receiver makes of a source's restriction, and of the carrier that a document names."""

from dataclasses import replace

import pytest

from tests.support.invented import profile, source_of
from tests.support.reading import RECEIVED_AT, read
from tests.support.receiver import AWALCHAT, COURIER, document
from webhook_receiver.profiles.formats import format_of
from worker.domain.events import EventName
from worker.domain.evidence.carriers import OF_A_PARCEL_UNDER_WAY
from worker.domain.orders import OrderKey

OWN = replace(COURIER, name="north", allow=frozenset({"shipment"}), orders="own", takes_orders=True)
ASSIGNED = replace(OWN, orders="assigned", takes_orders=False)
SHOP = replace(COURIER, name="shop", carriers=frozenset({"north", "south"}))


def test_events_of_a_source_that_may_report_any_order_are_not_restricted():
    event = read(document(order_id=None, order_number="ORD-1"))
    assert (event.restricted, event.carrier, event.order) == (False, "", OrderKey("main", "number:ORD-1"))


@pytest.mark.parametrize("name", sorted(name for name in EventName if name.startswith("shipment.")))
def test_a_parcel_under_way_takes_the_order_for_a_courier(name: EventName):
    takes = "north" if name in OF_A_PARCEL_UNDER_WAY else ""
    event = read(document(name), OWN)
    assert (event.restricted, event.carrier) == (True, takes)
    event = read(document(name), replace(OWN, orders="any"))
    assert (event.restricted, event.carrier) == (False, takes)
    event = read(document(name), ASSIGNED)
    assert (event.restricted, event.carrier) == (True, "")


def test_a_restricted_source_has_references_of_its_own_and_the_same_keys_as_before():
    body = document(id=None, order_id=None)
    assert read(body, OWN).order == OrderKey("main", "tracking@north:TRK1")
    assert read(body, OWN).key == read(body, replace(OWN, orders="any")).key
    assert read(document(), OWN).order == OrderKey("main", "1")


def test_a_profile_of_a_courier_is_restricted_as_well():
    source = replace(source_of(profile()), orders="own", takes_orders=True)
    delivery = format_of(source).read(b'{"state": "D", "ref": "ORD-1", "id": 7}', RECEIVED_AT)
    (event,) = delivery.events
    assert (event.restricted, event.carrier) == (True, "fastbox")
    assert event.order == OrderKey("main", "number@fastbox:ORD-1")


def test_a_hint_is_never_restricted():
    body = document("order.created", tracking_number=None)
    assert not read(body, replace(AWALCHAT, orders="own", takes_orders=True)).restricted


def test_the_merchants_own_system_names_the_carrier():
    assert read(document("order.accepted", carrier="south"), SHOP).carrier == "south"
    assert read(document("order.accepted", carrier=None), SHOP).carrier == ""


@pytest.mark.parametrize("value", ["west", "shop", "NORTH", 5, True, ["south"], {"name": "south"}, "south\u200b"])
def test_a_carrier_that_is_no_courier_of_the_account_is_left_out_and_the_event_counts(value: object):
    delivery = format_of(SHOP).read(document("order.accepted", carrier=value), RECEIVED_AT)
    assert [event.carrier for event in delivery.events] == [""]
    assert "the carrier is left out: it is no courier's source of this account" in delivery.detail


def test_a_courier_assigns_nothing():
    delivery = format_of(OWN).read(document(carrier="south"), RECEIVED_AT)
    assert [event.carrier for event in delivery.events] == ["north"]
    assert "the carrier is left out: this source may not say who carries an order" in delivery.detail
