"""A reconciliation brings an order to its target, and the database records all of it."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, moves_to, unimpeded
from worker.domain.instants import DAY, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later, Stopped


def test_one_read_and_one_write_for_each_step_complete_an_order(harness):
    harness.accept("shipment.delivered", "TRK1")
    assert harness.reconcile() == Done()
    assert harness.api.reads == 1
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]
    assert harness.writes() == [(stage, "confirmed") for stage in harness.api.writes]


def test_a_settled_order_has_no_lease_and_no_due_time(harness):
    harness.accept("shipment.picked_up")
    harness.reconcile()
    row = harness.row()
    assert (row["lease_token"], row["due"], row["sending"], row["unread"]) == (None, None, None, False)
    assert (row["seen_revision"], row["stage"], row["status"]) == (1, "shipped", "shipped")
    assert harness.reconcile() is None
    assert len(harness.api.calls) == 3


def test_only_the_platform_confirms_a_stage(harness):
    harness.accept("shipment.picked_up")
    harness.api.orders["1"].status = "delivered"
    harness.reconcile()
    assert harness.api.writes == ["completed"]
    assert harness.row()["stage"] == "completed"


def test_a_repeated_event_causes_no_further_call(harness):
    assert harness.receive("shipment.picked_up", key="evt") == "accepted"
    harness.reconcile()
    calls = len(harness.api.calls)
    assert harness.receive("shipment.picked_up", key="evt") == "duplicate"
    harness.run_for(minutes=1)
    assert len(harness.api.calls) == calls


def test_an_event_of_a_stage_already_reached_has_its_result_without_a_call(harness):
    harness.accept("shipment.picked_up", key="first")
    harness.reconcile()
    calls = len(harness.api.calls)
    harness.accept("shipment.in_transit", key="second")
    assert harness.reconcile() == Done()
    assert len(harness.api.calls) == calls
    assert harness.event_results() == {"first": "applied", "second": "superseded"}


def test_an_answer_that_shows_a_later_stage_than_requested_is_adopted(harness):
    harness.accept("order.shipped")
    harness.api.script("write", moves_to("delivered"))
    assert harness.reconcile() == Done()
    assert harness.api.writes == ["accepted", "completed"]


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_an_answer_with_a_terminal_status_closes_the_order(harness, status):
    harness.accept("order.delivered", key="evt")
    harness.api.script("write", moves_to(status))
    assert harness.reconcile() == Done()
    assert harness.api.writes == ["accepted"]
    assert (harness.row()["closed"], harness.row()["sending"]) == (status, None)
    assert harness.event_results() == {"evt": "void"}
    assert harness.audit_actions() == ["closed"]


def test_a_parcel_that_moves_after_the_cancellation_stops_the_order_and_nothing_is_written(harness):
    harness.api.orders["1"].status = "cancelled"
    harness.accept("shipment.created", "A")
    assert harness.reconcile() == Done()
    harness.accept("shipment.picked_up", "A", key="evt")
    assert isinstance(harness.reconcile(), Stopped)
    assert (harness.row()["stop"], harness.event_results()["evt"]) == ("moving_while_cancelled", "stopped")
    assert harness.api.writes == []


@pytest.mark.parametrize("answered_to", ["read", "write"])
def test_an_unknown_status_stops_the_order_and_is_in_the_detail(harness, answered_to):
    harness.accept("order.delivered")
    harness.api.script(answered_to, moves_to("on_hold"))
    harness.reconcile()
    assert harness.row()["stop"] == "unknown_status"
    assert "on_hold" in harness.row()["stop_detail"]
    harness.run_for(hours=1)
    assert len(harness.api.writes) == (answered_to == "write")


def test_an_order_that_was_moved_back_by_hand_stops_without_a_write(harness):
    harness.accept("shipment.picked_up")
    harness.reconcile()
    harness.api.orders["1"].status = "pending"
    harness.accept("order.delivered")
    first = harness.reconcile()
    assert isinstance(first, Later)
    assert first.due == harness.clock() + MINUTE
    harness.run_for(seconds=59)
    assert harness.row()["stop"] is None
    harness.run_for(seconds=1)
    assert harness.row()["stop"] == "moved_back"
    assert harness.api.writes == ["accepted", "shipped"]


def test_a_single_read_behind_the_confirmed_stage_does_not_stop_the_order(harness):
    harness.accept("shipment.picked_up")
    harness.reconcile()
    harness.accept("order.delivered")
    harness.api.orders["1"].status = "accepted"
    harness.reconcile()
    harness.api.orders["1"].status = "shipped"
    harness.run_for(minutes=2)
    assert harness.api.writes[-2:] == ["delivered", "completed"]


def test_completion_counts_from_the_first_read_that_shows_delivered(harness):
    harness.policy = replace(harness.policy, complete_after=DAY)
    harness.accept("order.delivered")
    began = harness.clock()
    assert harness.reconcile() == Later(began + DAY, WaitReason.COMPLETE_AFTER)
    harness.clock.advance(hours=1)
    harness.accept("shipment.in_transit")
    assert harness.reconcile() == Later(began + DAY, WaitReason.COMPLETE_AFTER)
    harness.run_for(hours=22, minutes=59)
    assert "completed" not in harness.api.writes
    harness.run_for(minutes=1)
    assert harness.api.writes[-1] == "completed"


def test_a_return_before_completion_stops_the_order(harness):
    harness.policy = replace(harness.policy, complete_after=DAY)
    harness.accept("shipment.delivered", "A")
    harness.reconcile()
    harness.accept("shipment.returned", "A", key="evt")
    harness.run_for(days=2)
    assert (harness.row()["stop"], harness.event_results()["evt"]) == ("shipment_returned", "stopped")
    assert "completed" not in harness.api.writes


def test_a_dry_run_writes_nothing(harness):
    harness.policy = replace(harness.policy, dry_run=True)
    harness.accept("order.delivered")
    harness.run_for(hours=3)
    assert harness.api.writes == []
    assert harness.row()["waiting"] == "dry_run"


def test_a_defect_of_ours_counts_as_a_failure_and_the_order_is_tried_again(harness):
    harness.accept("order.accepted")
    harness.api.script("read", fails(KeyError("a defect")))
    with pytest.raises(KeyError):
        harness.reconcile()
    row = harness.row()
    assert row["waiting"] == "internal_error"
    assert row["waiting_detail"] == "the worker's log has the traceback of KeyError"
    assert row["failures"] == 1
    assert row["not_before"] == row["due"]


def test_an_order_that_is_not_in_the_database_is_not_reconciled(harness):
    assert harness.reconcile(OrderKey("main", "404")) is None
    assert harness.api.calls == []


def test_the_event_of_every_requested_stage_is_applied(harness):
    harness.accept("order.accepted", key="first")
    harness.accept("order.shipped", key="second")
    assert harness.reconcile() == Done()
    assert harness.event_results() == {"first": "applied", "second": "applied"}


def test_a_completion_that_the_platform_records_with_the_delivery_counts_as_requested(harness):
    harness.accept("order.completed", key="evt")
    harness.api.script("write", unimpeded, unimpeded, moves_to("completed"))
    assert harness.reconcile() == Done()
    assert harness.api.writes == ["accepted", "shipped", "delivered"]
    assert harness.event_results() == {"evt": "applied"}


def test_a_completion_by_somebody_else_does_not_count_as_requested(harness):
    harness.accept("order.completed", key="evt")
    harness.api.script("write", unimpeded, moves_to("completed"))
    assert harness.reconcile() == Done()
    assert harness.api.writes == ["accepted", "shipped"]
    assert harness.event_results() == {"evt": "superseded"}


def test_a_requested_delivery_does_not_count_as_a_requested_completion(harness):
    harness.policy = replace(harness.policy, complete_after=DAY)
    harness.accept("order.delivered", key="delivered")
    harness.reconcile()
    harness.api.orders["1"].status = "completed"
    harness.accept("order.completed", key="completed")
    assert harness.reconcile() == Done()
    assert harness.event_results() == {"delivered": "applied", "completed": "superseded"}
