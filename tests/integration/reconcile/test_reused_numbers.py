"""An order number or a tracking number of a closed order comes again with a new parcel."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder, fails
from tests.support.operators import Operator
from tests.support.searches import NUMBER
from worker.domain.errors import OrderGone
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.operations.orders import Operations
from worker.operations.parcels.parcels import Parcel
from worker.operations.parcels.registrations import register
from worker.order_api.awalchat.vocabulary import read_order_id

PARCEL = OrderKey("main", "tracking:TRK1")
NEW = OrderKey("main", "2")
FOUR_MONTHS = 120


@pytest.fixture
def completed(numbered):
    """The order 1, with the number ORD-1 and the parcel TRK1, is completed."""
    numbered.accept("shipment.picked_up", "TRK1", order=NUMBER)
    numbered.accept("shipment.delivered", "TRK1", order=NUMBER)
    numbered.run_for(minutes=1)
    assert numbered.api.orders["1"].status == "completed"
    numbered.api.calls.clear()
    return numbered


def news(harness, name, key, number="TRK1"):
    harness.accept(name, number, order=key, at=harness.clock())


def test_a_tracking_number_that_is_used_again_is_searched_at_the_platform(completed):
    completed.clock.advance(days=FOUR_MONTHS)
    completed.api.orders["1"].tracking = ""
    completed.api.orders["2"] = FakeOrder(tracking="TRK1")
    news(completed, "shipment.picked_up", PARCEL)
    completed.run_for(minutes=1)
    assert completed.api.orders["2"].status == "shipped"
    assert completed.order_keys() == [KEY, NEW]


def test_an_order_number_that_is_used_again_is_searched_at_the_platform_which_has_both_orders(completed):
    completed.clock.advance(days=1)
    completed.api.orders["2"] = FakeOrder(number="ORD-1")
    news(completed, "shipment.picked_up", NUMBER, "TRK2")
    completed.run_for(minutes=1)
    assert completed.api.orders["2"].status == "shipped"


def test_the_new_order_may_be_entered_within_the_hour(completed):
    completed.clock.advance(days=FOUR_MONTHS)
    news(completed, "shipment.picked_up", PARCEL)
    completed.run_for(minutes=20)
    assert completed.row(PARCEL)["waiting"] == "number_reused"
    completed.accept("shipment.created", "TRK1", order=NEW, at=completed.clock())
    completed.run_for(minutes=1)
    assert completed.api.orders["2"].status == "shipped"


@pytest.mark.parametrize(
    ("days", "key", "number", "words"),
    [(FOUR_MONTHS, PARCEL, "TRK1", "tracking number TRK1"), (1, NUMBER, "TRK2", "number ORD-1")],
)
def test_if_nobody_knows_another_order_a_person_is_told(completed, days, key, number, words):
    completed.clock.advance(days=days)
    news(completed, "shipment.created", key, number)
    completed.run_for(hours=2)
    assert (completed.row(key)["stop"], completed.row(key)["stop_detail"]) == (
        "number_reused",
        f"only 1, which ended before, has the {words} of this newer parcel",
    )
    assert completed.api.writes == []


def test_the_parcel_can_be_registered_for_the_new_order_and_the_search_begins_anew(completed):
    completed.clock.advance(days=FOUR_MONTHS)
    news(completed, "shipment.picked_up", PARCEL)
    completed.run_for(hours=2)
    operations = Operations(completed.operator_store, completed.intake, Operator().wake_ups, {"main": read_order_id})
    registered = register(operations, NEW, Parcel("TRK1"), create=True)
    assert registered.woken == (PARCEL,)
    completed.run_for(minutes=1)
    assert completed.api.orders["2"].status == "shipped"


def test_the_old_order_can_be_named_and_later_news_of_that_parcel_goes_there(completed):
    completed.clock.advance(days=1)
    news(completed, "shipment.created", NUMBER, "TRK2")
    completed.run_for(hours=2)
    assert completed.operator_store.attach(completed.snapshot(NUMBER), "1", "an exchange")
    news(completed, "shipment.delivered", NUMBER, "TRK2")
    completed.run_for(hours=2)
    assert completed.order_keys() == [KEY]
    assert "pending" not in completed.event_results().values()


@pytest.mark.parametrize(("name", "days"), [("shipment.delivered", 1), ("shipment.in_transit", 20)])
def test_a_late_repetition_goes_to_the_closed_order_without_a_call(completed, name, days):
    completed.clock.advance(days=days)
    news(completed, name, PARCEL)
    completed.run_for(hours=2)
    assert (completed.order_keys(), completed.api.calls, completed.row()["stop"]) == ([KEY], [], None)


def test_a_return_after_months_is_that_of_the_closed_order(completed):
    completed.clock.advance(days=FOUR_MONTHS)
    news(completed, "shipment.returned", PARCEL)
    completed.run_for(minutes=1)
    assert completed.row()["stop"] == "returned_after_completion"


def test_of_two_closed_orders_the_later_one_gets_the_return(completed):
    completed.clock.advance(days=FOUR_MONTHS)
    completed.accept("shipment.delivered", "TRK1", order=NEW, at=completed.clock())
    completed.run_for(minutes=1)
    assert completed.api.orders["2"].status == "completed"
    completed.clock.advance(days=3)
    news(completed, "shipment.returned", PARCEL)
    completed.run_for(minutes=1)
    assert (completed.row()["stop"], completed.row(NEW)["stop"]) == (None, "returned_after_completion")


@pytest.mark.parametrize(("key", "number"), [(PARCEL, "TRK1"), (NUMBER, "TRK1"), (NUMBER, "TRK2")])
def test_a_late_read_of_a_closed_order_does_not_make_its_numbers_its_own_again(completed, key, number):
    completed.clock.advance(days=FOUR_MONTHS)
    completed.accept("hint")
    completed.run_for(minutes=1)
    assert len(completed.api.calls) == 1, "the order was read"
    completed.clock.advance(hours=1)
    news(completed, "shipment.picked_up", key, number)
    completed.run_for(hours=2)
    assert completed.row(key)["stop"] == "number_reused"


@pytest.mark.parametrize("status", ["completed", "delivered", "cancelled", "refunded"])
def test_an_old_order_that_only_the_platform_remembers_does_not_get_the_news(numbered, status):
    numbered.api.orders["1"].status = status
    numbered.api.age = 31 * DAY
    news(numbered, "shipment.picked_up", NUMBER, "TRK9")
    numbered.run_for(hours=2)
    assert (numbered.row(NUMBER)["stop"], numbered.order_keys()) == ("unknown_order", [NUMBER])
    numbered.api.orders["2"] = FakeOrder(number="ORD-1", status="completed")
    assert numbered.operator_store.release(numbered.snapshot(NUMBER), "look again")
    numbered.api.age = 29 * DAY
    numbered.api.orders.pop("1")
    numbered.run_for(minutes=1)
    assert numbered.order_keys() == [NEW]


def test_a_list_that_is_gone_is_no_deleted_order(numbered):
    news(numbered, "shipment.picked_up", NUMBER, "TRK9")
    numbered.api.script("find", *[fails(OrderGone("gone", 410))] * 3)
    numbered.run_for(minutes=3)
    assert numbered.order_keys() == [KEY]


def test_a_parcel_of_an_order_that_was_just_cancelled_goes_to_that_order(numbered):
    numbered.api.orders["1"].status = "cancelled"
    numbered.accept("hint")
    numbered.run_for(minutes=1)
    news(numbered, "shipment.picked_up", NUMBER, "TRK9")
    numbered.run_for(minutes=1)
    assert (numbered.order_keys(), numbered.row()["stop"]) == ([KEY], "moving_while_cancelled")


def test_a_parcel_months_after_the_cancellation_goes_elsewhere_although_the_order_was_just_read(numbered):
    numbered.api.orders["1"].status = "cancelled"
    numbered.accept("hint")
    numbered.run_for(minutes=1)
    numbered.clock.advance(days=FOUR_MONTHS)
    numbered.accept("hint")
    numbered.run_for(minutes=1)
    news(numbered, "shipment.picked_up", NUMBER, "TRK9")
    numbered.run_for(hours=2)
    assert numbered.row(NUMBER)["stop"] == "number_reused"
