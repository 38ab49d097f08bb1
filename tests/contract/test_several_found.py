"""Several orders with one parcel or number: a courier's news goes to the only one that it may report."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder
from tests.support.harness import Harness, order_key
from tests.support.searches import NUMBER, PARCEL
from tests.support.two_couriers import ACCEPTED, carrier_of, news, report
from worker.domain.orders import OrderKey

OTHER = order_key(2)
NAMES = [(PARCEL, "tracking@north:TRK1"), (NUMBER, "number@north:ORD-1")]


@pytest.fixture
def typed(harness: Harness) -> Harness:
    """The merchant has typed a parcel of `north` into the order 1; `south` has named it for its own order 2."""
    for order_id in ("1", "2"):
        harness.api.orders[order_id] = FakeOrder("accepted", tracking="TRK1", number="ORD-1")
    assert report(harness, news("south", "shipment.picked_up", "TRK1", order=OTHER)) == ACCEPTED
    return harness


@pytest.mark.parametrize(("named", "reference"), NAMES)
def test_an_order_of_another_courier_makes_nothing_ambiguous(typed: Harness, named: OrderKey, reference: str):
    assert report(typed, news("north", "shipment.picked_up", "TRK1", order=named)) == ACCEPTED
    typed.reconcile(OrderKey("main", reference))
    assert (carrier_of(typed), carrier_of(typed, OTHER)) == (("north", "north"), ("south", "south"))
    assert (typed.row()["event_count"], typed.row(OTHER)["event_count"]) == (1, 1)


@pytest.mark.parametrize(("named", "reference"), NAMES)
def test_two_orders_that_it_may_report_stay_ambiguous(typed: Harness, named: OrderKey, reference: str):
    typed.api.orders["3"] = FakeOrder("accepted", tracking="TRK1", number="ORD-1")
    assert report(typed, news("north", "shipment.picked_up", "TRK1", order=named)) == ACCEPTED
    typed.reconcile(OrderKey("main", reference))
    assert "among them 1 and 3" in typed.row(OrderKey("main", reference))["waiting_detail"]
    assert typed.order_keys() == [OTHER, OrderKey("main", reference)]


def test_if_others_carry_all_of_them_it_is_ambiguous(typed: Harness):
    assert report(typed, news("south", "shipment.picked_up", "TRK1")) == ACCEPTED
    assert report(typed, news("north", "shipment.picked_up", "TRK1", order=PARCEL)) == ACCEPTED
    typed.reconcile(OrderKey("main", "tracking@north:TRK1"))
    assert carrier_of(typed, KEY) == ("south", "south")
    assert "among them 1 and 2" in typed.row(OrderKey("main", "tracking@north:TRK1"))["waiting_detail"]
