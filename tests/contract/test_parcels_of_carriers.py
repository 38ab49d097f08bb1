"""Parcels and numbers that two couriers name: each knows its own, over both databases."""

import os

import pytest
from sqlalchemy import select

from tests.support.events import KEY, a_delivery
from tests.support.harness import Harness, order_key
from tests.support.searches import NUMBER, PARCEL, SHIPMENT, stop_search
from tests.support.two_couriers import ACCEPTED, NOT_YOURS, carrier_of, news, report, write
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, StopReason
from worker.domain.results import Stopped
from worker.ports import Attached
from worker.store.intake.order_bodies import MAX_BYTES, NOT_KEPT
from worker.store.queries.integrity import IntegrityQueries
from worker.store.tables import kept

OTHER = order_key(2)
NORTHS_PARCEL = OrderKey("main", "tracking@north:TRK1")
SOUTHS_PARCEL = OrderKey("main", "tracking@south:TRK1")
SOUTHS_NUMBER = OrderKey("main", "number@south:ORD-1")


@pytest.fixture
def named_by_both(harness: Harness) -> Harness:
    """`north` carries the order with the parcel TRK1, and `south` has named this parcel for an order of its own."""
    assert report(harness, news("north", "shipment.picked_up", "TRK1", shipment="S1")) == ACCEPTED
    assert report(harness, news("south", "shipment.created", "trk-1", shipment="S1", order=OTHER)) == ACCEPTED
    return harness


@pytest.mark.parametrize("named", [PARCEL, SHIPMENT])
def test_a_courier_that_names_a_parcel_of_another_one_neither_moves_its_order_nor_makes_it_ambiguous(
    named_by_both: Harness, named: OrderKey
):
    its_own = {"tracking": "TRK1"} if named == PARCEL else {"shipment": "S1"}
    for source, order in (("north", KEY), ("south", OTHER)):
        delivered = news(source, "shipment.delivered", order=named, **its_own)
        assert report(named_by_both, delivered) == ACCEPTED
        named_by_both.reconcile(delivered.order)
        assert named_by_both.row(order)["event_count"] == 2


def test_a_restricted_source_knows_its_own_parcels_and_those_of_unrestricted_ones(named_by_both: Harness):
    named_by_both.accept("shipment.created", "TRK1", source="shop", order=order_key(3))
    assert named_by_both.known_as(NORTHS_PARCEL) == ["1", "3"]
    assert named_by_both.known_as(SOUTHS_PARCEL) == ["2", "3"]
    assert named_by_both.known_as(PARCEL) == ["1", "2", "3"]


def test_each_restricted_source_has_references_of_its_own(harness: Harness):
    many = [news("south", "shipment.in_transit", "TRK1", order=PARCEL) for _ in range(1000)]
    assert report(harness, *many) == ACCEPTED
    assert report(harness, news("north", "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    assert sorted(harness.order_keys()) == [NORTHS_PARCEL, SOUTHS_PARCEL]


def test_a_reference_waits_for_no_parcel_of_another_courier(harness: Harness):
    assert report(harness, news("north", "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    before = harness.row(NORTHS_PARCEL)
    receipt = write(harness, news("south", "shipment.created", "TRK1", order=OTHER))
    assert (receipt.wake_ups, harness.row(NORTHS_PARCEL)) == ((OTHER,), before)
    receipt = write(harness, news("north", "shipment.created", "TRK1"))
    assert receipt.wake_ups == (KEY, NORTHS_PARCEL)


def test_a_parcel_that_the_merchant_names_wakes_the_references_of_all_sources(harness: Harness):
    for source in ("north", "south"):
        assert report(harness, news(source, "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    receipt = write(harness, news("shop", "shipment.created", "TRK1", restricted=False))
    assert receipt.wake_ups == (KEY, NORTHS_PARCEL, SOUTHS_PARCEL)


def test_an_order_that_is_found_wakes_no_reference_of_another_courier(harness: Harness):
    for source in ("north", "south"):
        assert report(harness, news(source, "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    before = harness.row(SOUTHS_PARCEL)
    harness.accept("order.accepted", source="shop")
    harness.change(number="ORD-1")
    assert report(harness, news("north", "shipment.created", "TRK1", order=NUMBER)) == ACCEPTED
    harness.reconcile(OrderKey("main", "number@north:ORD-1"))
    assert harness.row(SOUTHS_PARCEL) == before
    assert harness.row(NORTHS_PARCEL)["revision"] > 1


# ------------------------------------------------------------------------------------ an order that another one carries


@pytest.fixture
def refused(harness: Harness) -> Harness:
    """`north` carries the order with the number ORD-1, and the deliveries of `south` about it were quarantined."""
    assert report(harness, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    harness.change(number="ORD-1")
    for name in ("shipment.lost", "shipment.delivered"):
        assert report(harness, news("south", name, "S1", order=NUMBER)) == ACCEPTED
    harness.reconcile(SOUTHS_NUMBER)
    return harness


def test_a_number_gives_no_events_to_an_order_that_another_courier_carries(refused: Harness):
    assert refused.order_keys() == [KEY]
    assert refused.row()["event_count"] == 1
    details = "main/1: north carries it, and south may report only its own"
    assert refused.delivery_details()[1:] == [details, details]
    (of_south,) = refused.snapshot(KEY).refused
    assert (of_south.source, of_south.count) == ("south", 2)
    assert not any(IntegrityQueries(refused.database).check({}, 0).discrepancies.values())


def test_what_was_refused_is_counted_as_kept(refused: Harness):
    with refused.database.read() as connection:
        counts = connection.execute(select(kept.c.source, kept.c.outcome, kept.c.deliveries)).all()
    assert counts == [("south", DeliveryOutcome.QUARANTINED, 2)]


def test_a_replay_takes_in_what_was_refused_once_the_order_is_assigned(refused: Harness):
    assert refused.operator_store.assign(refused.snapshot(KEY), "south", "the label says so")
    assert carrier_of(refused) == ("south", "operator")
    picked_up = news("south", "shipment.picked_up", "S1", order=NUMBER, key="again")
    assert report(refused, picked_up) == ACCEPTED
    refused.reconcile(SOUTHS_NUMBER)
    assert refused.row()["event_count"] == 2


def test_no_event_whose_body_is_gone_is_lost_with_the_reference(harness: Harness):
    assert report(harness, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    harness.change(number="ORD-1")
    for number in range(2):  # the second body finds no room
        event = news("south", "shipment.in_transit", "S1", order=NUMBER, key=f"large {number}")
        large = a_delivery(event, source="south", received_at=harness.clock(), body=os.urandom(MAX_BYTES))
        assert harness.intake.write(large).outcome is DeliveryOutcome.ACCEPTED
    harness.reconcile(SOUTHS_NUMBER)
    seen = harness.snapshot(SOUTHS_NUMBER)
    assert (seen.row.stop, len(seen.events), harness.row()["event_count"]) == (StopReason.NOT_YOUR_ORDER, 2, 1)
    assert harness.delivery_details()[1:] == ["", NOT_KEPT]
    assert harness.operator_store.assign(harness.snapshot(KEY), "south", "the label says so")
    assert harness.operator_store.release(seen, "it is assigned")
    harness.reconcile(SOUTHS_NUMBER)
    assert (harness.order_keys(), harness.row()["event_count"]) == ([KEY], 3)


def test_a_found_order_that_nobody_carries_is_taken_with_all_that_was_said_of_it(harness: Harness):
    harness.accept("order.accepted", source="shop")
    harness.change(number="ORD-1")
    assert report(harness, news("south", "shipment.lost", "S1", order=NUMBER)) == ACCEPTED
    assert report(harness, news("south", "shipment.created", "S1", order=NUMBER)) == ACCEPTED
    harness.reconcile(SOUTHS_NUMBER)
    assert (carrier_of(harness), harness.row()["event_count"]) == (("south", "south"), 3)


def test_an_operator_gives_no_reference_of_one_courier_to_the_order_of_another_one(harness: Harness):
    assert report(harness, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    assert report(harness, news("south", "shipment.delivered", "S1", order=NUMBER)) == ACCEPTED
    stop_search(harness, harness.lease(SOUTHS_NUMBER))
    seen, before = harness.snapshot(SOUTHS_NUMBER), (harness.row(), harness.row(SOUTHS_NUMBER))
    assert harness.operator_store.attach(seen, "1", "a misprint") is Attached.REFUSED
    assert (harness.row(), harness.row(SOUTHS_NUMBER)) == before
    assert harness.operator_store.assign(harness.snapshot(KEY), "south", "the label says so")
    assert harness.operator_store.attach(seen, "1", "a misprint") is Attached.DONE
    assert harness.row()["event_count"] == 2


def test_an_alarm_of_a_reference_alone_takes_no_order(harness: Harness):
    harness.accept("order.accepted", source="shop")
    harness.change(number="ORD-1")
    assert report(harness, news("south", "shipment.lost", "S1", order=NUMBER)) == ACCEPTED
    harness.reconcile(SOUTHS_NUMBER)
    assert (carrier_of(harness), harness.row()["event_count"]) == (("", ""), 1)
    assert harness.delivery_details()[-1].startswith("main/1: nobody carries it yet")


def test_an_assignment_by_number_reaches_the_order_that_is_found(harness: Harness):
    assert report(harness, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    harness.change(number="ORD-1")
    harness.accept("order.accepted", source="shop", order=NUMBER, carrier="south")
    harness.reconcile(NUMBER)
    assert carrier_of(harness) == ("south", "shop")
    assert report(harness, news("north", "shipment.lost", "N1")) == NOT_YOURS


def test_a_key_that_was_known_before_its_source_was_restricted_is_a_repetition(harness: Harness):
    harness.accept("shipment.delivered", "TRK1", source="north", order=PARCEL, key="evt")
    repeated = news("north", "shipment.delivered", "TRK1", order=PARCEL, key="evt")
    assert report(harness, repeated)[0] is DeliveryOutcome.DUPLICATE


def test_a_search_that_another_courier_repeats_ends_by_itself(harness: Harness):
    assert report(harness, news("north", "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    assert report(harness, news("south", "shipment.delivered", "TRK1", order=PARCEL)) == ACCEPTED
    harness.run_for(minutes=59)
    assert report(harness, news("south", "shipment.in_transit", "TRK1", order=PARCEL)) == ACCEPTED
    results = harness.run_for(minutes=30)
    assert any(isinstance(result, Stopped) for result in results)
    assert (harness.row(NORTHS_PARCEL)["stop"], harness.row(SOUTHS_PARCEL)["stop"]) == (StopReason.UNKNOWN_ORDER, None)
