"""A search that no order matches, or several: it is repeated for an hour and then stops."""

from tests.support.clock import START
from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder
from tests.support.searches import NUMBER, PARCEL, receive_by_number
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.results import Later


def test_an_unknown_order_is_searched_at_growing_intervals_for_an_hour_and_then_stops(harness):
    receive_by_number(harness)
    result = harness.reconcile(NUMBER)
    assert isinstance(result, Later)
    assert (result.reason, result.detail, result.firm) == ("unknown_order", "no order has the number ORD-1", True)
    assert harness.row(NUMBER)["read_at"] == harness.clock()
    harness.run_for(minutes=59)
    assert (harness.row(NUMBER)["stop"], harness.event_results()) == (None, {"evt": "pending"})
    harness.run_for(minutes=15)
    row = harness.row(NUMBER)
    assert (row["stop"], row["stop_detail"]) == ("unknown_order", "no order has the number ORD-1")
    assert (harness.event_results(), harness.audit_actions()) == ({"evt": "void"}, ["stopped"])
    searches = len(harness.api.searches)
    assert 5 <= searches <= 7
    harness.run_for(days=3)
    assert len(harness.api.searches) == searches


def test_an_order_that_is_created_within_the_hour_is_found(harness):
    receive_by_number(harness)
    harness.run_for(minutes=30)
    harness.api.orders["1"] = FakeOrder(number="ORD-1")
    harness.run_for(minutes=31)
    assert harness.order_keys() == [KEY]
    assert (harness.row()["status"], harness.event_results()) == ("shipped", {"evt": "applied"})


def test_none_of_several_orders_is_chosen(numbered):
    numbered.api.orders |= {order_id: FakeOrder(number="ORD-1") for order_id in ("2", "3")}
    receive_by_number(numbered)
    result = numbered.reconcile(NUMBER)
    assert isinstance(result, Later)
    assert (result.reason, result.detail) == (
        "ambiguous_order",
        "several orders have the number ORD-1, among them 1 and 2",
    )
    numbered.run_for(hours=2)
    assert (numbered.row(NUMBER)["stop"], numbered.event_results()) == ("ambiguous_order", {"evt": "void"})
    assert (numbered.api.reads, numbered.api.writes, numbered.order_keys()) == (0, [], [NUMBER])


def test_a_tracking_number_of_several_orders_in_the_database_is_ambiguous(numbered):
    for order in ("1", "2"):
        numbered.accept("shipment.created", "TRK1", order=OrderKey("main", order))
    numbered.accept("shipment.delivered", "TRK1", order=PARCEL)
    result = numbered.reconcile(PARCEL)
    assert isinstance(result, Later)
    assert (result.reason, numbered.api.searches) == ("ambiguous_order", [])
    assert numbered.row(PARCEL)["read_at"] is None


def test_a_search_does_not_find_another_reference(harness):
    harness.accept("shipment.picked_up", "TRK1", order=NUMBER)
    harness.accept("shipment.delivered", "TRK1", order=PARCEL)
    assert isinstance(harness.reconcile(PARCEL), Later)
    assert sorted(harness.order_keys()) == [NUMBER, PARCEL]


def test_an_event_that_comes_in_at_the_end_of_the_hour_gets_an_hour_of_its_own(harness):
    receive_by_number(harness)
    harness.run_for(minutes=59)
    receive_by_number(harness, key="late")
    harness.run_for(minutes=59)
    assert (harness.row(NUMBER)["stop"], harness.event_results()["late"]) == (None, "pending")
    harness.run_for(minutes=25)
    assert (harness.row(NUMBER)["stop"], harness.event_results()) == ("unknown_order", {"evt": "void", "late": "void"})


def test_a_search_with_ever_new_events_still_stops(harness):
    receive_by_number(harness)
    while harness.row(NUMBER)["stop"] is None:
        harness.run_for(minutes=50)
        if harness.row(NUMBER)["stop"] is None:
            receive_by_number(harness, key=f"at {harness.clock()}")
        assert harness.clock() - START < harness.policy.retry_for + 2 * HOUR
    assert harness.row(NUMBER)["stop"] == "gave_up"


def test_a_new_event_restarts_a_stopped_search(harness):
    receive_by_number(harness)
    harness.run_for(hours=2)
    searches = len(harness.api.searches)
    receive_by_number(harness, key="newer")
    row = harness.row(NUMBER)
    assert (row["stop"], row["due"], row["failures"], row["missing_since"]) == (None, harness.clock(), 0, None)
    assert isinstance(harness.reconcile(NUMBER), Later)
    assert len(harness.api.searches) == searches + 1
    harness.run_for(minutes=50)
    harness.api.orders["1"] = FakeOrder(number="ORD-1")
    harness.run_for(minutes=10)
    assert harness.event_results() == {"evt": "applied", "newer": "applied"}


def test_a_repeated_event_does_not_restart_a_search(harness):
    receive_by_number(harness)
    harness.run_for(hours=2)
    assert harness.receive("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    assert harness.row(NUMBER)["stop"] == "unknown_order"
