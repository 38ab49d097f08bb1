"""Between our read and our write, somebody changes the order at the platform, which then refuses the write."""

import pytest

from tests.support.events import a_hint
from tests.support.fake_order_api import fails
from tests.support.limits import use_up_all
from worker.domain.errors import Conflict, OrderGone, Rejected
from worker.domain.instants import MINUTE
from worker.domain.reasons import StopReason
from worker.domain.results import Done, Later, Stopped

REFUSALS = [Rejected("bad status", 400), Rejected("bad status", 422), Conflict("not now", 409)]


def refused_after(harness, status, refusal):
    """Script that somebody sets *status* just before the next write, which the platform then refuses."""

    def refuse(_api, order_id, _stage):
        harness.api.orders[order_id].status = status
        raise refusal

    harness.api.script("write", refuse)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_a_refusal_of_an_order_that_was_cancelled_meanwhile_stops_nothing(harness, refusal, status):
    harness.accept("order.shipped", key="evt")
    refused_after(harness, status, refusal)
    assert harness.reconcile() == Done()
    assert [call.kind for call in harness.api.calls] == ["read", "write", "read"]
    assert (harness.row()["stop"], harness.row()["closed"]) == (None, status)
    assert harness.event_results() == {"evt": "void"}


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_of_an_order_that_was_moved_forward_meanwhile_goes_on_from_there(harness, refusal):
    harness.accept("order.delivered")
    refused_after(harness, "shipped", refusal)
    assert harness.reconcile() == Done()
    assert harness.api.transitions == [("shipped", "delivered"), ("delivered", "completed")]
    assert harness.api.illegal == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_of_an_order_that_was_moved_back_meanwhile_is_no_refusal(harness, refusal):
    harness.accept("order.accepted")
    harness.reconcile()
    harness.accept("order.shipped")
    refused_after(harness, "pending", refusal)
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert result.reason == "moved_back"
    harness.run_for(minutes=2)
    assert harness.row()["stop"] == "moved_back"


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_that_a_fresh_read_does_not_explain_stops_the_order(harness, status):
    harness.accept("order.shipped")
    harness.api.script("write", fails(Rejected("bad status", status)))
    assert harness.reconcile() == Stopped(StopReason.REFUSED, f"HTTP {status}, bad status")
    assert [call.kind for call in harness.api.calls] == ["read", "write", "read"]


def test_a_step_that_is_refused_with_our_note_is_tried_without_it_after_a_read(harness):
    harness.accept("shipment.picked_up", "TRK1")
    harness.api.script("write", fails(Rejected("notes are too long", 422)))
    assert harness.reconcile() == Done()
    assert [(call.kind, call.with_note) for call in harness.api.calls[:4]] == [
        ("read", False),
        ("write", True),
        ("read", False),
        ("write", False),
    ]


def test_without_a_call_for_the_second_look_a_refusal_waits_for_minutes(limited):
    limited.accept(a_hint())

    def refuse(*_):
        use_up_all(limited)
        raise Rejected("bad status", 422)

    limited.api.script("write", refuse, fails(Rejected("bad status", 422)))
    result = limited.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.detail, result.firm) == ("conflict", "HTTP 422, bad status", True)
    assert result.due - limited.clock() >= MINUTE // 2
    limited.run_for(minutes=3)
    assert (limited.row()["stop"], limited.api.reads) == ("refused", 3)


def test_an_order_that_is_deleted_stops_at_the_second_look(harness):
    harness.accept("order.shipped", key="evt")
    harness.api.script("read", *[fails(OrderGone("gone", 410))] * 2)
    harness.run_for(seconds=59)
    assert (harness.row()["stop"], harness.row()["waiting"]) == (None, "order_gone")
    harness.run_for(seconds=1)
    assert (harness.row()["stop"], harness.row()["stop_detail"]) == ("unknown_order", "HTTP 410, gone")
    assert (harness.api.reads, harness.event_results()) == (2, {"evt": "stopped"})
