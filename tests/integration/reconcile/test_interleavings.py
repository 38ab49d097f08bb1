"""Receiver, scheduler, and workers that wake after their lease: nothing is lost, whatever happens between two calls.

A worker pauses before and after each of its calls. At every pause, other workers may run and events may come in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.events import KEY
from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from tests.support.steppers import Stepper
from worker.domain.policy import Policy
from worker.domain.reasons import Accept


@pytest.fixture(scope="module")
def two_workers(new_harness):
    """Opens a harness with two workers, and one order that is due."""

    @contextmanager
    def opened() -> Iterator[tuple[Harness, list[Stepper]]]:
        harness = new_harness(Policy(accept=Accept.MANUAL))
        harness.accept("shipment.picked_up", "A", key="first")
        steppers = [Stepper(harness), Stepper(harness)]
        try:
            yield harness, steppers
        finally:
            for stepper in steppers:
                stepper.kill()

    return opened


def check(harness, steppers):
    row, now = harness.row(), harness.clock()
    leased = row["lease_until"] is not None and row["lease_until"] > now
    assert row["revision"] <= row["seen_revision"] or row["due"] is not None or row["stop"], "an event was lost"
    assert row["sending"] is None or leased or row["due"] is not None or row["stop"], "a write was forgotten"
    assert sum(stepper.lease is not None and stepper.lease > now for stepper in steppers) <= 1, "there are two leases"
    assert harness.api.illegal == []


def check_at_rest(harness, steppers, status):
    """Let every worker finish and ten minutes pass, then check that the order has *status* and is settled."""
    for stepper in steppers:
        stepper.finish()
        check(harness, steppers)
    harness.run_for(minutes=10)
    check(harness, steppers)
    assert harness.api.orders["1"].status == status
    assert "pending" not in harness.event_results().values()
    assert (harness.row()["due"], harness.row()["sending"], harness.row()["lease_token"]) == (None, None, None)


EVENTS = {
    "more": (lambda harness: harness.receive("shipment.delivered", "A"), "completed"),
    "old": (lambda harness: harness.receive("order.accepted"), "shipped"),
    "hint": (lambda harness: harness.receive("hint"), "shipped"),
    "repeat": (lambda harness: harness.receive("shipment.picked_up", "A", key="first"), "shipped"),
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_at_any_point_of_a_reconciliation_is_never_lost(two_workers, event):
    receive, status = EVENTS[event]
    for pauses in count():
        with two_workers() as (harness, steppers):
            for _ in range(pauses):
                steppers[0].step()
            ended = pauses > 0 and not steppers[0].is_busy
            receive(harness)
            check(harness, steppers)
            check_at_rest(harness, steppers, status)
            assert len(harness.api.writes) == len(set(harness.api.writes))
        if ended:
            break
    assert pauses > 8


@pytest.mark.parametrize("seconds", [0, 2, 12, 31])
def test_an_order_reaches_its_target_when_a_worker_sleeps_at_any_point_while_another_one_runs(two_workers, seconds):
    for pauses in range(1, 13):
        with two_workers() as (harness, (sleeper, other)):
            for _ in range(pauses):
                sleeper.step()
            harness.clock.advance(seconds=seconds)
            other.step()
            other.finish()
            check(harness, (sleeper, other))
            check_at_rest(harness, (sleeper, other), "shipped")


def test_an_order_reaches_its_target_when_a_worker_wakes_at_any_point_of_its_successors_work(two_workers):
    for asleep_at, awake_at in product(range(1, 10), range(1, 10)):
        with two_workers() as (harness, (sleeper, other)):
            for _ in range(asleep_at):
                sleeper.step()
            harness.clock.advance(seconds=31)
            for _ in range(awake_at):
                other.step()
            sleeper.finish()
            check(harness, (sleeper, other))
            check_at_rest(harness, (sleeper, other), "shipped")


ACTIONS = ["first", "second", "first", "second", "scheduler", "kill", "more", "old", "hint", "repeat", "0.4", "2", "31"]


@settings(max_examples=80)
@given(st.lists(st.sampled_from(ACTIONS), max_size=40))
def test_any_actions_in_any_sequence_leave_the_order_at_its_target(two_workers, actions):
    with two_workers() as (harness, steppers):
        claimed = set()
        for action in actions:
            if action in EVENTS:
                EVENTS[action][0](harness)
            elif action == "scheduler":
                claimed = set(harness.due_orders.claim(1, ENQUEUE_AGAIN_AFTER))
            elif action == "kill":
                steppers[0].kill()
            elif action in {"first", "second"}:
                steppers[action == "second"].step()
            else:
                harness.clock.advance(seconds=float(action))
            check(harness, steppers)
        assert claimed <= {KEY}
        check_at_rest(harness, steppers, "completed" if "more" in actions else "shipped")
