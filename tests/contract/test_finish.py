"""How a turn frees its order: in one statement that no news falls through, over both databases."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.events import EventResult
from worker.domain.instants import HOUR, SECOND
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.results import Done, Held, Later, Stopped
from worker.domain.stages import Stage, TerminalStatus
from worker.reconcile.reconciliation import MIN_LEASE


def release(harness, leased, result, event_results=(), **known):
    return harness.order_store.finish(leased, replace(leased.order, **known), result, dict(event_results))


def schedule_of(harness):
    row = harness.row()
    return row["due"], row["not_before"], row["waiting"]


def test_a_released_order_is_free_and_remembers_what_the_turn_saw(harness, leased):
    known = {"stage": Stage.SHIPPED, "read_at": START, "delivered_at": START, "failures": 2, "unread": True}
    assert release(harness, leased, Done(), closed=TerminalStatus.REFUNDED, closed_revision=1, **known) is False
    row = harness.row()
    assert (row["lease_token"], row["lease_until"], row["seen_revision"]) == (None, None, 1)
    harness.change(due=START)
    again = harness.order_store.lease(KEY, MIN_LEASE).order
    assert again == replace(leased.order, seen_revision=1, closed=TerminalStatus.REFUNDED, closed_revision=1, **known)


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
def test_every_end_says_when_to_look_again(harness, leased, result, schedule):
    release(harness, leased, result)
    assert schedule_of(harness) == schedule


@pytest.mark.parametrize(
    ("result", "due"),
    [
        (Done(), START + SECOND),
        (Later(START + HOUR, WaitReason.COMPLETE_AFTER), START + SECOND),
        (Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), START + HOUR),
    ],
)
def test_news_that_came_in_during_the_turn_keeps_the_order_due_but_shortens_no_back_off(harness, leased, result, due):
    harness.clock.now += SECOND
    harness.receive("hint")
    assert release(harness, leased, result) is True
    assert (harness.row()["due"], harness.row()["seen_revision"], harness.row()["revision"]) == (due, 1, 2)


def test_a_stop_keeps_its_reason_and_stays_although_news_came_in(harness, leased):
    harness.receive("hint")
    release(harness, leased, Stopped(StopReason.REFUSED, "HTTP 422"))
    row = harness.row()
    assert (row["stop"], row["stop_detail"], row["stopped_at"]) == ("refused", "HTTP 422", START)
    assert harness.order_store.lease(KEY, MIN_LEASE) is None
    assert harness.audit_actions() == ["stopped"]


def test_events_end_with_the_turn(harness, leased):
    release(harness, leased, Done(), {leased.events[0].id: EventResult.APPLIED})
    assert harness.event_results() == {"first": "applied"}


def test_an_ending_is_remarked_once(harness, leased):
    release(harness, leased, Done(), closed=TerminalStatus.CANCELLED)
    harness.receive("hint")
    again = harness.order_store.lease(KEY, MIN_LEASE)
    release(harness, again, Done())
    assert harness.audit_actions() == ["closed"]


def test_a_lost_lease_releases_nothing_and_ends_nothing(harness, leased):
    harness.clock.now += MIN_LEASE
    before = harness.row()
    assert release(harness, leased, Stopped(StopReason.REFUSED), {leased.events[0].id: EventResult.STOPPED}) is None
    assert (harness.row(), harness.event_results(), harness.audit_actions()) == (before, {"first": "pending"}, [])


def test_another_turns_lease_is_not_released(harness, leased):
    harness.clock.now += MIN_LEASE
    other = harness.order_store.lease(KEY, MIN_LEASE)
    release(harness, leased, Done())
    assert harness.row()["lease_token"] == other.token
