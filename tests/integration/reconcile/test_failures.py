"""The failures of one order: it waits longer after each failure, and after `retry_for` it stops."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.fake_order_api import fails, ignores, moves_to, unknown
from worker.domain.errors import Conflict, Rejected, Transient
from worker.domain.instants import HOUR, SECOND
from worker.domain.reasons import StopReason
from worker.domain.results import Done, Later, Stopped

OUTAGE = fails(Transient("service unavailable", 503))


@pytest.mark.parametrize("kind", ["read", "write"])
def test_an_order_waits_until_an_outage_is_over(known, kind):
    known.accept("order.shipped")
    known.api.script(kind, *[OUTAGE] * 6)
    known.run_for(minutes=10)
    assert known.api.orders["1"].status == "shipped"
    assert (known.row()["failures"], known.row()["failing_since"], known.row()["due"]) == (0, None, None)


def test_waits_grow_with_every_failure(known):
    known.accept("order.shipped")
    known.api.script("read", *[OUTAGE] * 5)
    known.run_for(minutes=2)
    reads = [call.at for call in known.api.calls if call.kind == "read"]
    waits = [(later - earlier) // SECOND for earlier, later in pairwise(reads)]
    assert waits == [1, 2, 4, 8, 16]


def test_new_events_do_not_shorten_a_back_off(harness):
    harness.accept("order.shipped")
    harness.api.script("read", *[OUTAGE] * 4)
    harness.run_for(seconds=8)
    due = harness.row()["due"]
    assert due == harness.row()["not_before"] > harness.clock()
    harness.accept("order.delivered")
    harness.accept("hint")
    assert harness.row()["due"] == due
    assert harness.reconcile() is None
    harness.clock.now = due
    assert isinstance(harness.reconcile(), Later | Done)


def test_events_that_come_in_during_a_failing_call_do_not_shorten_the_back_off(harness):
    harness.accept("order.shipped")

    def failing(_api, _order_id, _stage):
        harness.accept("order.delivered")
        raise Transient("503")

    harness.api.script("read", failing)
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert harness.row()["due"] == result.due > harness.clock()
    assert harness.api.reads == 1


def test_an_order_whose_step_fails_for_too_long_stops(harness):
    harness.policy = replace(harness.policy, retry_for=2 * HOUR)
    harness.accept("order.shipped", key="evt")
    harness.api.script("read", *[OUTAGE] * 200)
    began = harness.clock()
    harness.run_for(hours=1, minutes=50)
    assert harness.row()["stop"] is None
    harness.run_for(minutes=30)
    assert harness.row()["stop"] == "gave_up"
    assert harness.row()["stopped_at"] >= began + 2 * HOUR
    assert harness.event_results() == {"evt": "stopped"}
    assert "HTTP 503, service unavailable" in harness.row()["stop_detail"]
    reads = harness.api.reads
    harness.run_for(days=1)
    assert harness.api.reads == reads


def test_retry_for_counts_again_from_zero_after_a_success(harness):
    harness.policy = replace(harness.policy, retry_for=HOUR)
    harness.accept("order.shipped")
    harness.api.script("write", *[OUTAGE] * 4)
    harness.run_for(minutes=5)
    assert harness.row()["failing_since"] is None
    harness.clock.advance(days=3)
    harness.api.script("read", OUTAGE)
    harness.accept("order.delivered")
    assert isinstance(harness.reconcile(), Later)
    assert harness.row()["failing_since"] == harness.clock()


def test_a_successful_read_does_not_reset_the_failures_of_a_step(harness):
    harness.policy = replace(harness.policy, retry_for=HOUR)
    harness.accept("order.shipped")
    harness.api.script("write", *[OUTAGE] * 1000)
    harness.run_for(hours=2)
    assert harness.row()["stop"] == "gave_up"


def test_an_order_that_the_platform_knows_within_the_hour_is_advanced(harness):
    harness.accept("order.shipped")
    harness.api.script("read", *[unknown] * 5)
    harness.run_for(minutes=59)
    assert (harness.row()["stage"], harness.row()["missing_since"]) == ("shipped", None)


def test_an_order_that_the_platform_does_not_know_for_an_hour_stops(harness):
    harness.accept("order.shipped")
    harness.api.script("read", *[unknown] * 1000)
    harness.run_for(minutes=59, seconds=59)
    assert harness.row()["stop"] is None
    harness.run_for(minutes=15)
    assert harness.row()["stop"] == "unknown_order"


@pytest.mark.parametrize("status", [409, 423])
def test_an_order_that_somebody_has_open_waits_for_minutes_and_stops_after_eight_conflicts(harness, status):
    harness.accept("order.shipped")
    harness.api.script("write", *[fails(Conflict("not now", status))] * 8)
    harness.run_for(minutes=20)
    assert harness.row()["stop"] is None
    harness.run_for(minutes=25)
    assert [call.kind for call in harness.api.calls] == ["read", "write", "read"] * 8
    assert (harness.row()["stop"], harness.row()["stop_detail"]) == ("conflict", f"HTTP {status}, not now")


def test_fewer_than_eight_conflicts_in_a_row_do_not_stop_the_order(harness):
    harness.accept("order.completed")
    for _ in range(2):
        harness.api.script("write", *[fails(Conflict("not now", 409))] * 7)
        harness.api.script("write", lambda *_: None)
    harness.run_for(hours=2)
    assert harness.api.orders["1"].status == "completed"


class TestRefusals:
    REFUSAL = Rejected("admin_notes is too long", 422, "validation_failed", "req_7")

    def with_note(self, harness):
        return [call.with_note for call in harness.api.calls if call.kind == "write"]

    def test_a_refused_write_with_our_note_is_tried_once_without_it(self, harness):
        harness.accept("shipment.picked_up", "TRK1")
        harness.api.script("write", fails(self.REFUSAL))
        assert harness.reconcile() == Done()
        assert self.with_note(harness) == [True, False, False]
        assert harness.writes() == [("accepted", "failed"), ("accepted", "confirmed"), ("shipped", "confirmed")]

    def test_a_write_that_is_refused_with_and_without_our_note_stops_the_order(self, harness):
        harness.accept("shipment.picked_up", "TRK1", key="evt")
        harness.api.script("write", fails(self.REFUSAL), fails(self.REFUSAL))
        assert harness.reconcile() == Stopped(StopReason.REFUSED, str(self.REFUSAL))
        assert self.with_note(harness) == [True, False]
        assert harness.event_results() == {"evt": "stopped"}
        for word in ("admin_notes is too long", "req_7", "422"):
            assert word in harness.row()["stop_detail"]

    def test_a_refused_write_without_a_note_stops_the_order_at_once(self, harness):
        harness.accept("order.accepted")
        harness.api.script("write", fails(self.REFUSAL))
        assert isinstance(harness.reconcile(), Stopped)
        assert len(harness.api.writes) == 1

    def test_an_event_whose_write_was_refused_is_not_applied(self, harness):
        harness.accept("order.accepted", key="evt")
        harness.api.script("write", fails(Conflict("409")))
        harness.reconcile()
        harness.api.orders["1"].status = "accepted"
        harness.run_for(minutes=1)
        assert harness.event_results() == {"evt": "superseded"}

    def test_an_event_that_comes_in_between_the_two_attempts_counts_first(self, harness):
        harness.accept("shipment.picked_up", "TRK1")

        def refused(_api, _order_id, _stage):
            harness.accept("shipment.lost", "TRK1")
            raise self.REFUSAL

        harness.api.script("write", refused)
        assert isinstance(harness.reconcile(), Stopped)
        assert harness.row()["stop"] == "shipment_lost"
        assert self.with_note(harness) == [True]


def test_the_failures_of_one_order_never_hold_the_account(harness):
    harness.accept("order.shipped")
    for error in (Transient("503"), Conflict("409"), Rejected("422")):
        harness.api.script("write", fails(error), fails(error))
    harness.run_for(minutes=10)
    assert harness.hold_ends() == {}
    assert harness.api.probes == 0


def test_the_answer_of_the_platform_is_recorded_with_the_write(harness):
    harness.accept("order.accepted")
    harness.api.script("write", fails(Rejected("is closed", 422, "validation_failed", "req-7")))
    harness.reconcile()
    assert harness.answers() == ["HTTP 422, validation_failed, is closed, request req-7"]


def test_an_answer_that_shows_an_earlier_stage_than_wanted_is_explained(harness):
    harness.accept("order.accepted")
    harness.api.script("write", ignores)
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert result.detail == "the answer to a write of accepted shows pending"


def test_an_answer_with_a_terminal_status_is_no_confirmation(harness):
    harness.accept("order.accepted")
    harness.api.script("write", moves_to("cancelled"))
    harness.reconcile()
    assert harness.writes() == [("accepted", "terminal")]


def test_a_released_stop_does_not_stop_the_order_again_but_a_newer_event_does(harness):
    harness.accept("shipment.lost", "TRK1")
    assert isinstance(harness.reconcile(), Stopped)
    harness.change(stop=None, acknowledged=1, due=harness.clock())
    assert harness.reconcile() == Done()
    harness.accept("shipment.lost", "TRK2")
    assert isinstance(harness.reconcile(), Stopped)
