"""Receiver, tick, and turns that wake after their lease: whatever happens between any two statements, nothing is lost.

Every halt of a worker (before and after each of its calls) is a point at which anything else may happen.
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
def theatre(new_harness):
    """Opens a stage with two workers, and one order that is due."""

    @contextmanager
    def opened() -> Iterator[tuple[Harness, list[Stepper]]]:
        harness = new_harness(Policy(accept=Accept.MANUAL))
        harness.receive("shipment.picked_up", "A", key="first")
        steppers = [Stepper(harness), Stepper(harness)]
        try:
            yield harness, steppers
        finally:
            for stepper in steppers:
                stepper.cut()

    return opened


def check(harness, steppers):
    row, now = harness.row(), harness.clock()
    leased = row["lease_until"] is not None and row["lease_until"] > now
    assert row["revision"] <= row["seen_revision"] or row["due"] is not None or row["stop"], "news was lost"
    assert row["sending"] is None or leased or row["due"] is not None or row["stop"], "a write was forgotten"
    assert sum(stepper.lease is not None and stepper.lease > now for stepper in steppers) <= 1, "two leases"
    assert harness.api.illegal == []


def check_home(harness, steppers, stage):
    """After everybody is awake again, and some time: the order is where its news says, and rests."""
    for stepper in steppers:
        stepper.finish()
        check(harness, steppers)
    harness.run_for(minutes=10)
    check(harness, steppers)
    assert harness.api.orders["1"].status == stage
    assert "pending" not in harness.event_results().values()
    assert (harness.row()["due"], harness.row()["sending"], harness.row()["lease_token"]) == (None, None, None)


NEWS = {
    "more": (lambda harness: harness.receive("shipment.delivered", "A"), "completed"),
    "old": (lambda harness: harness.receive("order.accepted"), "shipped"),
    "hint": (lambda harness: harness.receive("hint"), "shipped"),
    "repeat": (lambda harness: harness.receive("shipment.picked_up", "A", key="first"), "shipped"),
}


@pytest.mark.parametrize("news", NEWS)
def test_news_at_any_point_of_a_turn_is_never_lost(theatre, news):
    tell, stage = NEWS[news]
    for halt in count():
        with theatre() as (harness, steppers):
            for _ in range(halt):
                steppers[0].pull()
            over = halt > 0 and not steppers[0].is_busy
            tell(harness)
            check(harness, steppers)
            check_home(harness, steppers, stage)
            assert len(harness.api.writes) == len(set(harness.api.writes))
        if over:
            break
    assert halt > 8


@pytest.mark.parametrize("asleep", [0, 2, 12, 31])
def test_a_turn_that_sleeps_at_any_point_while_another_worker_comes_harms_nothing(theatre, asleep):
    for halt in range(1, 13):
        with theatre() as (harness, (sleeper, other)):
            for _ in range(halt):
                sleeper.pull()
            harness.clock.advance(seconds=asleep)
            other.pull()
            other.finish()
            check(harness, (sleeper, other))
            check_home(harness, (sleeper, other), "shipped")


def test_a_turn_that_wakes_at_any_point_of_its_successors_harms_nothing(theatre):
    for asleep_at, awake_at in product(range(1, 10), range(1, 10)):
        with theatre() as (harness, (sleeper, other)):
            for _ in range(asleep_at):
                sleeper.pull()
            harness.clock.advance(seconds=31)
            for _ in range(awake_at):
                other.pull()
            sleeper.finish()
            check(harness, (sleeper, other))
            check_home(harness, (sleeper, other), "shipped")


ACTIONS = ["first", "second", "first", "second", "tick", "kill", "more", "old", "hint", "repeat", "0.4", "2", "31"]


@settings(max_examples=80)
@given(st.lists(st.sampled_from(ACTIONS), max_size=40))
def test_whatever_happens_and_in_whatever_order_the_order_comes_home(theatre, actions):
    with theatre() as (harness, steppers):
        nudged = set()
        for action in actions:
            if action in NEWS:
                NEWS[action][0](harness)
            elif action == "tick":
                nudged = set(harness.due_orders.claim(1, ENQUEUE_AGAIN_AFTER))
            elif action == "kill":
                steppers[0].cut()
            elif action in {"first", "second"}:
                steppers[action == "second"].pull()
            else:
                harness.clock.advance(seconds=float(action))
            check(harness, steppers)
        assert nudged <= {KEY}
        check_home(harness, steppers, "completed" if "more" in actions else "shipped")
