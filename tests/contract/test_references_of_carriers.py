"""What a courier may say of an order before it is found: not more than when it is known, over both databases."""

import pytest

from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.searches import NUMBER, PARCEL
from tests.support.two_couriers import ACCEPTED, carrier_of, news, report
from worker.domain.evidence.carriers import MAX_OF_ONE
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, StopReason

SOUTHS_NUMBER = OrderKey("main", "number@south:ORD-1")
SOUTHS_PARCEL = OrderKey("main", "tracking@south:TRK1")
WHICH = (DeliveryOutcome.QUARANTINED, QuarantineReason.WHICH_PARCEL)


@pytest.fixture
def harness(harness: Harness) -> Harness:
    """Nobody carries the order with the number ORD-1."""
    harness.accept("order.accepted", source="shop")
    harness.change(number="ORD-1")
    return harness


def say_often(harness: Harness, count: int, order: OrderKey) -> None:
    many = [news("south", "shipment.in_transit", "TRK1", order=order) for _ in range(count)]
    assert report(harness, *many) == ACCEPTED


def test_an_order_that_is_found_gets_no_more_events_of_one_courier_than_one_that_is_known(harness: Harness):
    say_often(harness, MAX_OF_ONE + 1, NUMBER)
    harness.reconcile(SOUTHS_NUMBER)
    assert harness.row(SOUTHS_NUMBER)["stop"] == StopReason.TOO_MANY_EVENTS
    assert (harness.row()["event_count"], carrier_of(harness)) == (1, ("", ""))


def test_several_names_of_an_order_give_it_no_more_events_of_one_courier(harness: Harness):
    for order, reference in ((NUMBER, SOUTHS_NUMBER), (PARCEL, SOUTHS_PARCEL)):
        say_often(harness, MAX_OF_ONE // 2 + 1, order)
        harness.reconcile(reference)
    assert set(harness.order_keys()) == {KEY, SOUTHS_PARCEL}
    assert harness.row(SOUTHS_PARCEL)["stop"] == StopReason.TOO_MANY_EVENTS
    assert harness.operator_store.assign(harness.snapshot(KEY), "north", "it was north")
    assert report(harness, news("north", "shipment.delivered", "N1")) == ACCEPTED


def test_as_many_as_a_known_order_takes_are_given_to_it(harness: Harness):
    say_often(harness, MAX_OF_ONE, NUMBER)
    harness.reconcile(SOUTHS_NUMBER)
    assert (harness.row()["event_count"], carrier_of(harness)) == (1 + MAX_OF_ONE, ("south", "south"))


@pytest.mark.parametrize("carrier", ["", "south"])
def test_of_several_parcels_of_an_unknown_order_it_must_say_which_one_it_means(harness: Harness, carrier: str):
    """Without a *carrier*: alarms, or news of a source that reports only what is assigned."""
    both = [news("south", "shipment.in_transit", tracking, order=NUMBER, carrier=carrier) for tracking in ("A", "B")]
    assert report(harness, *both) == ACCEPTED
    assert report(harness, news("south", "shipment.lost", order=NUMBER)) == WHICH
    assert report(harness, news("south", "shipment.lost", "A", order=NUMBER)) == ACCEPTED
