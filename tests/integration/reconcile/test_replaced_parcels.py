"""A parcel that is lost, returned, called back or printed anew: the order is delivered, or somebody is told."""

import pytest

from tests.support.events import KEY
from tests.support.operators import Operator
from worker.operations.orders import Operations
from worker.operations.parcels.drops import drop
from worker.order_api.awalchat.vocabulary import read_order_id

GONE = ["shipment.lost", "shipment.returned", "shipment.cancelled"]


def operations(harness) -> Operations:
    wake_ups = Operator().wake_ups
    return Operations(harness.operator_store, harness.intake, wake_ups, {"main": read_order_id})


def release(harness):
    assert harness.operator_store.release(harness.snapshot(KEY), "a new one is on its way")


def status(harness) -> str:
    harness.run_for(minutes=1)
    return str(harness.api.orders["1"].status)


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize("released_first", [True, False])
def test_the_replacement_of_a_lost_parcel_completes_the_order_after_a_release(harness, name, released_first):
    harness.accept("shipment.picked_up", "OLD")
    harness.clock.advance(days=1)
    harness.accept(name, "OLD")
    harness.run_for(minutes=1)
    assert harness.row()["stop"] == name.replace("shipment.", "shipment_")
    if released_first:
        release(harness)
    harness.clock.advance(days=1)
    harness.accept("shipment.created", "NEW")
    if not released_first:
        release(harness)
    assert status(harness) == "shipped"
    harness.accept("shipment.delivered", "NEW")
    assert status(harness) == "completed"


def test_a_label_that_was_printed_anew_is_put_away_and_the_order_completes(harness):
    harness.accept("shipment.created", "OLD")
    harness.accept("shipment.delivered", "NEW")
    assert status(harness) == "shipped"
    assert drop(operations(harness), KEY, "old", "printed anew").is_new
    assert status(harness) == "completed"
    assert "pending" not in harness.event_results().values()


@pytest.mark.parametrize("name", GONE)
def test_a_lost_parcel_that_another_had_replaced_before_is_put_away(harness, name):
    harness.accept("shipment.picked_up", "OLD")
    harness.accept("shipment.delivered", "NEW")
    harness.clock.advance(days=1)
    harness.accept(name, "OLD")
    harness.run_for(minutes=1)
    assert drop(operations(harness), KEY, "OLD", "NEW took its place").stop
    release(harness)
    assert status(harness) == "completed"


def test_a_number_written_in_two_ways_is_one_parcel(harness):
    harness.accept("shipment.created", "TRK 1")
    harness.accept("shipment.picked_up", "trk-1")
    harness.accept("shipment.delivered", "TRK1")
    assert status(harness) == "completed"


def test_a_parcel_of_which_nothing_is_heard_any_more_stops_the_order_for_a_person(harness):
    harness.accept("shipment.created", "OLD")
    harness.accept("shipment.delivered", "NEW", key="evt")
    assert status(harness) == "shipped"
    assert (harness.row()["waiting"], harness.row()["stop"]) == ("parcels", None)
    harness.clock.advance(days=10)
    harness.accept("shipment.delivery_failed", "OLD")
    harness.run_for(days=13)
    assert harness.row()["stop"] is None
    harness.run_for(days=1)
    assert (harness.row()["stop"], harness.event_results()["evt"]) == ("parcel_missing", "stopped")
    assert drop(operations(harness), KEY, "OLD", "printed anew").stop == "parcel_missing"
    release(harness)
    assert status(harness) == "completed"
    assert harness.event_results()["evt"] == "applied"


def test_a_parcel_that_was_found_again_is_waited_for_although_another_one_has_arrived(harness):
    harness.accept("shipment.picked_up", "A")
    harness.clock.advance(days=1)
    harness.accept("shipment.lost", "A")
    harness.run_for(minutes=1)
    release(harness)
    harness.clock.advance(days=1)
    harness.accept("shipment.in_transit", "A")
    harness.accept("shipment.picked_up", "B")
    harness.accept("shipment.delivered", "B")
    assert (status(harness), harness.row()["waiting"]) == ("shipped", "parcels")
    harness.accept("shipment.delivered", "A")
    assert status(harness) == "completed"


def test_a_parcel_that_moved_and_of_which_nothing_more_is_heard_can_be_put_away(harness):
    harness.accept("shipment.in_transit", "A")
    harness.accept("shipment.delivered", "B")
    harness.run_for(days=14)
    assert harness.row()["stop"] == "parcel_missing"
    assert drop(operations(harness), KEY, "A", "the courier does not find it").is_new
    release(harness)
    assert status(harness) == "completed"


def test_a_missing_parcel_that_arrives_in_time_completes_the_order(harness):
    harness.accept("shipment.delivered", "A", parcels=2)
    harness.run_for(days=9)
    harness.accept("shipment.delivered", "B")
    assert status(harness) == "completed"
