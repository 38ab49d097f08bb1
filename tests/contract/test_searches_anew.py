"""What the intake and `OperatorStore` promise about a search that has stopped, over both databases."""

import pytest

from tests.support.clock import START
from tests.support.events import KEY, a_delivery, an_event
from tests.support.searches import NUMBER, stop_search
from worker.domain.errors import IllegalRequest, OrderMissing
from worker.domain.events import EventResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason, StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")

pytestmark = pytest.mark.usefixtures("first_event")


def test_a_new_event_restarts_a_stopped_search_and_a_repeated_one_does_not(harness, leased_reference):
    failing = {"failures": 9, "failing_since": START, "missing_since": START}
    stop_search(harness, leased_reference)
    harness.change(NUMBER, **failing)
    harness.clock.advance(hours=3)
    assert harness.receive("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert harness.row(NUMBER)["stop"] == "unknown_order"
    harness.accept("shipment.picked_up", order=NUMBER)
    row = harness.row(NUMBER)
    assert (row["stop"], row["stop_detail"], row["stopped_at"], row["due"]) == (None, "", None, harness.clock())
    assert {row[name] for name in failing} == {0, None}


def test_a_new_event_lifts_no_stop_of_an_order(harness, leased):
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), {})
    harness.accept("shipment.picked_up", "A")
    assert harness.row()["stop"] == "unknown_order"


def test_a_new_event_neither_shortens_the_back_off_of_a_search_nor_clears_its_failures(harness, leased_reference):
    later = Later(START + MINUTE, WaitReason.UNKNOWN_ORDER, firm=True)
    harness.order_store.finish(leased_reference, leased_reference.order, later, {})
    harness.change(NUMBER, missing_since=START, failing_since=START, failures=2)
    harness.accept("shipment.picked_up", order=NUMBER)
    row = harness.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failures"]) == (START + MINUTE, START, 2)


def test_a_search_does_not_stop_when_an_event_came_in_meanwhile(harness, leased_reference):
    harness.accept("shipment.picked_up", order=NUMBER, key="late")
    harness.clock.advance(seconds=1)
    stop_search(harness, leased_reference)
    assert (harness.row(NUMBER)["stop"], harness.row(NUMBER)["due"]) == (None, harness.clock())
    assert harness.audit_actions() == []
    assert set(harness.event_results().values()) == {"pending"}


def test_a_release_makes_all_events_of_a_search_pending_again(harness, leased_reference):
    stop_search(harness, leased_reference)
    assert harness.operator_store.release(harness.snapshot(NUMBER), "the shop has imported its orders")
    assert set(harness.event_results().values()) == {"pending"}
    assert (harness.row(NUMBER)["stop"], harness.row(NUMBER)["due"]) == (None, harness.clock())
    assert {event.result for event in harness.lease(NUMBER).events} == {EventResult.PENDING}


def test_a_snapshot_shows_the_reference_that_named_the_order(harness, leased_reference):
    assert [entry.reference for entry in harness.snapshot(NUMBER).event_entries] == ["number:ORD-1"] * 2
    harness.order_store.attach(leased_reference, "1")
    assert [entry.reference for entry in harness.snapshot(KEY).event_entries] == ["", "number:ORD-1", "number:ORD-1"]
    assert harness.operator_store.known_as(NUMBER) == ["1"]


# -------------------------------------------------------------------------------------------------------------- replay


def test_a_replay_restarts_the_search_for_the_order_of_a_delivery(harness, leased_reference):
    delivery = harness.event_rows()[1]["delivery_id"]
    stop_search(harness, leased_reference)
    now = harness.clock.advance(days=2)
    receipt = harness.intake.replay(delivery, a_delivery(an_event("shipment.delivered", order=NUMBER, key="a")))
    assert (receipt.outcome, receipt.delivery_id, receipt.wake_ups) == ("accepted", delivery, (NUMBER,))
    row = harness.row(NUMBER)
    assert (row["stop"], row["due"], row["missing_since"]) == (None, now, None)
    assert set(harness.event_results().values()) == {"pending"}
    assert harness.audit_rows()[-1]["detail"] == f"unknown_order: delivery {delivery} was replayed"


@pytest.mark.parametrize("state", ["waiting", "found", "cancelled"])
def test_a_delivery_whose_search_has_not_failed_is_not_replayed(harness, leased_reference, state):
    delivery = harness.event_rows()[1]["delivery_id"]
    if state == "found":
        harness.order_store.attach(leased_reference, "1")
    if state == "cancelled":
        harness.order_store.attach(leased_reference, "1")
        leased = harness.lease(KEY)
        void = dict.fromkeys((e.id for e in leased.events), EventResult.VOID)
        harness.order_store.finish(leased, leased.order, Done(), void)
        harness.change(stop="moving_while_cancelled", stopped_at=START)
    with pytest.raises(IllegalRequest, match="is accepted: its events are in the database"):
        harness.intake.replay(delivery, a_delivery())


def test_a_replay_of_a_batch_restarts_a_search_and_takes_in_what_is_healed(harness):
    found, healed = an_event(order=NUMBER, key="a"), an_event(order=OTHER, key="healed")
    batch = harness.intake.write(a_delivery(found, unusable=QuarantineReason.UNKNOWN_EVENT, detail="NEW1"))
    stop_search(harness, harness.lease(NUMBER))
    receipt = harness.intake.replay(batch.delivery_id, a_delivery(found, healed))
    assert (receipt.outcome, receipt.wake_ups) == ("accepted", (NUMBER, OTHER))
    assert harness.row(NUMBER)["stop"] is None
    assert harness.event_results()["healed"] == "pending"


# ---------------------------------------------------------------------------------------------------------- end to end


def test_the_reconciler_finds_an_order_and_moves_it(harness):
    harness.api.orders["2"].number = "ORD-1"
    harness.accept("shipment.delivered", order=NUMBER, key="a")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


def test_a_search_stops_after_an_hour(harness):
    harness.accept("shipment.delivered", order=NUMBER, key="a")
    harness.run_for(hours=2)
    row = harness.row(NUMBER)
    assert (row["stop"], harness.event_results()["a"]) == (OrderMissing.reason, "void")
    assert HOUR <= row["stopped_at"] - START < HOUR + 10 * MINUTE + SECOND
