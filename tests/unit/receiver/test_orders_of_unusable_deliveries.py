"""A delivery that cannot be used tells which order it names, as far as its body tells."""

from dataclasses import replace

import pytest

from tests.support.couriers.bosta import BOSTA
from tests.support.couriers.receiving import AGO, source_of
from tests.support.couriers.writing import compact
from tests.support.events import a_delivery, an_event
from tests.support.receiver import AWALCHAT, COURIER, document
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.sources import Source
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery


def read(body: bytes, source: Source = COURIER) -> Delivery:
    return format_of(source).read(body, 0)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (document("shipment.eaten"), "1"),
        (document(order_id=None, order_number="ORD-1", id=None, timestamp=None), "number:ORD-1"),
        (document("shipment.eaten", order_id=None), "tracking:TRK1"),
        (document("shipment.eaten", tracking_number=[]), None),
        (document(order_id=None, tracking_number=None), None),
        (document(order_id=[]), None),
        (b"[1]", None),
        (b"{", None),
        (b"\xff", None),
    ],
)
def test_an_unusable_document_names_its_order_as_a_usable_one_does(body: bytes, named: str | None):
    delivery = read(body)
    assert delivery.unusable
    assert delivery.named == (OrderKey("main", named) if named else None)


def test_an_event_that_the_source_may_not_send_names_its_order():
    delivery = read(document("order.completed"), replace(COURIER, allow=frozenset({"shipment"})))
    assert (delivery.unusable, delivery.named) == (QuarantineReason.NOT_ALLOWED, OrderKey("main", "1"))


def test_a_platforms_unusable_event_names_only_an_id():
    body = b'{"event":"order.updated","data":{"order_id":[],"tracking_number":"TRK1"}}'
    delivery = read(body, AWALCHAT)
    assert (delivery.unusable, delivery.named) == (QuarantineReason.BAD_ORDER_ID, None)


@pytest.mark.parametrize(
    ("fields", "reason", "named"),
    [
        ({"state": 999}, "unknown_event", "number:ORD-2201"),
        ({"state": 999, "businessReference": None}, "unknown_event", "tracking:30010201"),
        ({"trackingNumber": [], "businessReference": "ORD-2201"}, "bad_tracking", "number:ORD-2201"),
        ({"trackingNumber": None, "businessReference": None}, "no_order", None),
    ],
)
def test_an_element_that_a_profile_cannot_use_names_its_order(fields: dict[str, object], reason: str, named: str):
    delivery = read(compact({**BOSTA.document("45", AGO(1)), **fields}), source_of(BOSTA))
    assert delivery.unusable == reason
    assert delivery.named == (OrderKey("main", named) if named else None)


def test_a_usable_delivery_has_its_orders_in_its_events_alone():
    delivery = read(document())
    assert [event.order for event in delivery.events] == [OrderKey("main", "1")]
    assert delivery.named is None


def test_a_stale_delivery_names_the_order_of_its_first_event_or_that_of_what_cannot_be_used():
    first, second = an_event(order=OrderKey("main", "7"), key="a"), an_event(order=OrderKey("main", "8"), key="b")
    stale = a_delivery(first, second).as_stale()
    assert (stale.events, stale.keep_once, stale.named) == ((), "courier/a", OrderKey("main", "7"))
    unusable = a_delivery(unusable=QuarantineReason.NO_KEY, named=OrderKey("main", "9"))
    assert unusable.as_stale().named == OrderKey("main", "9")


@pytest.mark.parametrize(
    ("order_id", "comparable"),
    [
        ("1", "main/1"),
        ("number:ORD 1", "main/number:ORD 1"),
        ("number@north:ORD-1", "main/number:ORD-1"),
        ("tracking@north:trk 1-2", "main/tracking:TRK12"),
        ("tracking:- -", ""),
        ("shipment:s-1", "main/shipment:s-1"),
    ],
)
def test_one_reference_has_one_form_however_it_is_spelled(order_id: str, comparable: str):
    assert OrderKey("main", order_id).comparable == comparable
