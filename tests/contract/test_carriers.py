"""Who may report which order: the attacks of a courier on the orders of another one, over both databases."""

from itertools import permutations

import pytest

from tests.support.at_once import at_once
from tests.support.clock import Clock
from tests.support.events import KEY, an_event
from tests.support.harness import Harness, order_key
from tests.support.two_couriers import ACCEPTED, NOT_YOURS, carrier_of, news, report, write
from worker.domain.events import EventName
from worker.domain.evidence.carriers import MAX_OF_ONE, OF_A_PARCEL_UNDER_WAY
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.stages import Stage
from worker.store.database.database import Database

SHIPMENT_EVENTS = sorted(name for name in EventName if name.startswith("shipment."))
TOO_MANY = (DeliveryOutcome.QUARANTINED, QuarantineReason.TOO_MANY_EVENTS)


@pytest.fixture
def carried(harness: Harness) -> Harness:
    """The order is shipped, and `north` carries it."""
    harness.api.orders["1"].status = "accepted"
    assert report(harness, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    harness.reconcile()
    assert harness.snapshot(KEY).order.stage is Stage.SHIPPED
    assert carrier_of(harness) == ("north", "north")
    return harness


def test_nothing_that_another_courier_says_reaches_an_order(carried: Harness):
    before, calls = carried.row(), len(carried.api.calls)
    for name in SHIPMENT_EVENTS:
        assert report(carried, news("south", name, "S1", parcels=1000)) == NOT_YOURS
    carried.run_for(minutes=5)
    assert (carried.row(), len(carried.api.calls)) == (before, calls)
    assert set(carried.delivery_details()[1:]) == {"main/1: north carries it, and south may report only its own"}


def test_a_parcel_of_another_courier_leaves_no_doubt_which_parcel_the_carrier_means(carried: Harness):
    assert report(carried, news("south", "shipment.created", "S1", parcels=2)) == NOT_YOURS
    assert report(carried, news("north", "shipment.delivered")) == ACCEPTED
    carried.reconcile()
    assert carried.snapshot(KEY).order.stage in {Stage.DELIVERED, Stage.COMPLETED}


def test_a_thousand_events_of_another_courier_take_no_room(carried: Harness):
    many = [news("south", "shipment.in_transit", "S1") for _ in range(1000)]
    assert report(carried, *many) == NOT_YOURS
    assert carried.row()["event_count"] == 1
    assert report(carried, news("north", "shipment.delivered", "N1")) == ACCEPTED


def test_a_wrong_carrier_leaves_room_for_the_right_one(harness: Harness):
    assert report(harness, *(news("south", "shipment.in_transit", "S1") for _ in range(1000))) == TOO_MANY
    assert harness.row()["event_count"] == MAX_OF_ONE
    assert report(harness, news("south", "shipment.in_transit", "S1")) == TOO_MANY
    assert harness.operator_store.assign(harness.snapshot(KEY), "north", "it was north")
    assert report(harness, news("north", "shipment.delivered", "N1")) == ACCEPTED


@pytest.mark.parametrize("name", SHIPMENT_EVENTS)
def test_a_parcel_under_way_takes_an_order_that_nobody_carries_and_an_alarm_does_not(harness: Harness, name: str):
    harness.accept("order.accepted", source="shop")
    takes = name in OF_A_PARCEL_UNDER_WAY
    assert report(harness, news("north", name, "N1")) == (ACCEPTED if takes else NOT_YOURS)
    assert carrier_of(harness) == (("north", "north") if takes else ("", ""))
    if not takes:
        assert harness.delivery_details()[-1].startswith("main/1: nobody carries it yet")


def test_a_source_that_reports_only_what_is_assigned_takes_nothing(harness: Harness):
    harness.accept("order.accepted", source="shop")
    picked_up = news("south", "shipment.picked_up", "S1", carrier="", key="pick-up")
    assert report(harness, picked_up) == NOT_YOURS
    assert harness.operator_store.assign(harness.snapshot(KEY), "south", "the label says so")
    assert report(harness, news("south", "shipment.picked_up", "S1", carrier="")) == ACCEPTED


def test_the_first_of_one_delivery_takes_the_order_and_is_its_carrier_for_the_rest(harness: Harness):
    created, lost = news("north", "shipment.created", "N1"), news("north", "shipment.lost", "N1")
    assert report(harness, created, lost) == ACCEPTED
    assert report(harness, news("south", "shipment.lost", order=order_key(2)), news("south", "shipment.created")) == (
        NOT_YOURS
    )
    assert carrier_of(harness) == ("north", "north")


@pytest.mark.parametrize("sources", [*permutations(("north", "south"))])
def test_a_courier_that_was_not_restricted_may_still_say_how_its_parcel_ends(harness: Harness, sources: list[str]):
    before, other = sources
    harness.accept("shipment.picked_up", "N1", source=before)  # by a version that knew no carriers
    assert carrier_of(harness) == ("", "")
    assert report(harness, news(other, "shipment.returned", "N1")) == NOT_YOURS
    assert report(harness, news(before, "shipment.returned", "N1")) == ACCEPTED
    assert carrier_of(harness) == (before, before)


def test_with_one_courier_nothing_is_refused_and_its_orders_are_its_own_when_another_one_comes(harness: Harness):
    harness.accept("shipment.lost", "C1", order=order_key(2))
    harness.accept("shipment.picked_up", "C1", carrier="courier")
    assert carrier_of(harness) == ("courier", "courier")
    assert report(harness, news("south", "shipment.delivered", "C1")) == NOT_YOURS
    assert report(harness, news("courier", "shipment.delivered", "C1")) == ACCEPTED


# ---------------------------------------------------------------------------------------------------- at the same time


def test_of_two_couriers_that_report_new_orders_at_once_exactly_one_carries_each(database: Database, clock: Clock):
    """Each has a transaction of its own, and each loses the orders that the other one was the first to report."""
    both = {source: Harness(database, clock) for source in ("north", "south")}
    keys = [order_key(number) for number in range(10, 40)]
    sources = [*both] * len(keys)
    orders = [key for key in keys for _ in both]
    outcomes = at_once(_report_in(both), [*zip(sources, orders, strict=True)])
    for source, key, outcome in zip(sources, orders, outcomes, strict=True):
        carries = carrier_of(both["north"], key) == (source, source)
        assert outcome == (ACCEPTED if carries else NOT_YOURS)
    assert {carrier_of(both["north"], key)[0] for key in keys} <= {"north", "south"}


def _report_in(both: dict[str, Harness]):
    return lambda pair: report(both[pair[0]], news(pair[0], "shipment.picked_up", f"{pair[0]}1", order=pair[1]))


def test_the_source_that_was_the_first_to_name_an_order_is_kept(harness: Harness):
    write(harness, news("north", "shipment.picked_up", "N1"))
    harness.accept("order.accepted", source="shop")
    harness.accept("order.accepted", source="operator", order=order_key(2))
    assert [harness.row(key)["reported_by"] for key in (KEY, order_key(2))] == ["north", ""]
    assert an_event("hint").carrier == ""
