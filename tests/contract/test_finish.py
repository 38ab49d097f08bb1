"""What `OrderStore.finish` promises, over both databases and by each way: no event is missed when it ends."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.events import EventResult
from worker.domain.instants import HOUR, SECOND
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.results import Done, Held, Later, Stopped
from worker.domain.stages import Stage, TerminalStatus
from worker.ports import Finished
from worker.reconcile.reconciliation import MIN_LEASE

pytestmark = pytest.mark.usefixtures("each_way")


def finish(harness, leased, result, event_results=(), **fields):
    return harness.order_store.finish(leased, replace(leased.order, **fields), result, dict(event_results))


def schedule_of(harness):
    row = harness.row()
    return row["due"], row["not_before"], row["waiting"]


def test_a_finished_order_has_no_lease_and_keeps_what_the_reconciliation_saw(harness, leased):
    fields = {"stage": Stage.SHIPPED, "read_at": START, "delivered_at": START, "failures": 2, "unread": True}
    fields |= {"closed": TerminalStatus.REFUNDED, "closed_revision": 1}
    assert finish(harness, leased, Done(), **fields) is Finished.RESTS
    row = harness.row()
    assert (row["lease_token"], row["lease_until"], row["seen_revision"]) == (None, None, 1)
    harness.change(due=START)
    again = harness.lease().order
    assert again == replace(leased.order, seen_revision=1, **fields)


@pytest.mark.parametrize(
    ("result", "schedule"),
    [
        (Done(), (None, None, "")),
        (Stopped(StopReason.GAVE_UP), (None, None, "")),
        (Held(HoldReason.RATE_LIMITED), (START, None, "rate_limited")),
        (Later(START + HOUR, WaitReason.SETTLE), (START + HOUR, None, "settle")),
        (Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), (START + HOUR, START + HOUR, "api_unavailable")),
    ],
)
def test_every_result_sets_when_the_order_is_due_again(harness, leased, result, schedule):
    finish(harness, leased, result)
    assert schedule_of(harness) == schedule


@pytest.mark.parametrize(
    ("result", "due"),
    [
        (Done(), START + SECOND),
        (Later(START + HOUR, WaitReason.COMPLETE_AFTER), START + SECOND),
        (Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), START + HOUR),
    ],
)
def test_an_event_that_came_in_meanwhile_keeps_the_order_due_and_shortens_no_back_off(harness, leased, result, due):
    harness.clock.now += SECOND
    harness.accept("hint")
    assert finish(harness, leased, result) is Finished.HAS_NEW_EVENTS
    assert (harness.row()["due"], harness.row()["seen_revision"], harness.row()["revision"]) == (due, 1, 2)


def test_a_stop_has_its_reason_and_stays_when_an_event_came_in_meanwhile(harness, leased):
    harness.accept("hint")
    finish(harness, leased, Stopped(StopReason.REFUSED, "HTTP 422"))
    row = harness.row()
    assert (row["stop"], row["stop_detail"], row["stopped_at"]) == ("refused", "HTTP 422", START)
    assert harness.order_store.lease(KEY, MIN_LEASE) is None
    assert harness.audit_actions() == ["stopped"]


def test_the_results_of_events_are_recorded(harness, leased):
    finish(harness, leased, Done(), {leased.events[0].id: EventResult.APPLIED})
    assert harness.event_results() == {"first": "applied"}


def test_a_closed_order_has_one_entry_in_the_audit_log(harness, leased):
    finish(harness, leased, Done(), closed=TerminalStatus.CANCELLED)
    harness.accept("hint")
    again = harness.lease()
    finish(harness, again, Done())
    assert harness.audit_actions() == ["closed"]


def test_without_its_lease_a_reconciliation_changes_nothing(harness, leased):
    harness.clock.now += MIN_LEASE
    before = harness.row()
    results = {leased.events[0].id: EventResult.STOPPED}
    assert finish(harness, leased, Stopped(StopReason.REFUSED), results) is Finished.LEASE_LOST
    assert (harness.row(), harness.event_results(), harness.audit_actions()) == (before, {"first": "pending"}, [])


def test_the_lease_of_another_reconciliation_stays(harness, leased):
    harness.clock.now += MIN_LEASE
    other = harness.lease()
    finish(harness, leased, Done())
    assert harness.row()["lease_token"] == other.token
