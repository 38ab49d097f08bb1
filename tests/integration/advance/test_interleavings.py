"""Receiver, tick, and turns that wake after their lease: whatever happens between any two statements, nothing is lost.

Every halt of a worker (before and after each of its calls) is a point at which anything else may happen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.puppets import Puppet
from tests.support.stage import NUDGE_AGAIN, Stage
from tests.support.stories import KEY
from worker.domain.orders import Policy


@pytest.fixture(scope="module")
def theatre(new_stage):
    """Opens a stage with two workers, and one order that is due."""

    @contextmanager
    def opened() -> Iterator[tuple[Stage, list[Puppet]]]:
        stage = new_stage(Policy(accept="manual"))
        stage.hear("shipment.picked_up", "A", key="first")
        puppets = [Puppet(stage), Puppet(stage)]
        try:
            yield stage, puppets
        finally:
            for puppet in puppets:
                puppet.cut()

    return opened


def check(stage, puppets):
    row, now = stage.row(), stage.clock()
    leased = row["lease_until"] is not None and row["lease_until"] > now
    assert row["revision"] <= row["seen_revision"] or row["due"] is not None or row["stop"], "news was lost"
    assert row["sending"] is None or leased or row["due"] is not None or row["stop"], "a write was forgotten"
    assert sum(puppet.lease is not None and puppet.lease > now for puppet in puppets) <= 1, "two leases"
    assert stage.api.illegal == []


def check_home(stage, puppets, place):
    """After everybody is awake again, and some time: the order is where its news says, and rests."""
    for puppet in puppets:
        puppet.finish()
        check(stage, puppets)
    stage.live(minutes=10)
    check(stage, puppets)
    assert stage.api.orders["1"].status == place
    assert "pending" not in stage.ends().values()
    assert (stage.row()["due"], stage.row()["sending"], stage.row()["lease_token"]) == (None, None, None)


NEWS = {
    "more": (lambda stage: stage.hear("shipment.delivered", "A"), "completed"),
    "old": (lambda stage: stage.hear("order.accepted"), "shipped"),
    "hint": (lambda stage: stage.hear("hint"), "shipped"),
    "repeat": (lambda stage: stage.hear("shipment.picked_up", "A", key="first"), "shipped"),
}


@pytest.mark.parametrize("news", NEWS)
def test_news_at_any_point_of_a_turn_is_never_lost(theatre, news):
    tell, place = NEWS[news]
    for halt in count():
        with theatre() as (stage, puppets):
            for _ in range(halt):
                puppets[0].pull()
            over = halt > 0 and not puppets[0].is_busy
            tell(stage)
            check(stage, puppets)
            check_home(stage, puppets, place)
            assert len(stage.api.writes) == len(set(stage.api.writes))
        if over:
            break
    assert halt > 8


@pytest.mark.parametrize("asleep", [0, 2, 12, 31])
def test_a_turn_that_sleeps_at_any_point_while_another_worker_comes_harms_nothing(theatre, asleep):
    for halt in range(1, 13):
        with theatre() as (stage, (sleeper, other)):
            for _ in range(halt):
                sleeper.pull()
            stage.clock.advance(seconds=asleep)
            other.pull()
            other.finish()
            check(stage, (sleeper, other))
            check_home(stage, (sleeper, other), "shipped")


def test_a_turn_that_wakes_at_any_point_of_its_successors_harms_nothing(theatre):
    for asleep_at, awake_at in product(range(1, 10), range(1, 10)):
        with theatre() as (stage, (sleeper, other)):
            for _ in range(asleep_at):
                sleeper.pull()
            stage.clock.advance(seconds=31)
            for _ in range(awake_at):
                other.pull()
            sleeper.finish()
            check(stage, (sleeper, other))
            check_home(stage, (sleeper, other), "shipped")


ACTIONS = ["first", "second", "first", "second", "tick", "kill", "more", "old", "hint", "repeat", "0.4", "2", "31"]


@settings(max_examples=80)
@given(st.lists(st.sampled_from(ACTIONS), max_size=40))
def test_whatever_happens_and_in_whatever_order_the_order_comes_home(theatre, actions):
    with theatre() as (stage, puppets):
        nudged = set()
        for action in actions:
            if action in NEWS:
                NEWS[action][0](stage)
            elif action == "tick":
                nudged = set(stage.due.claim(1, NUDGE_AGAIN))
            elif action == "kill":
                puppets[0].cut()
            elif action in {"first", "second"}:
                puppets[action == "second"].pull()
            else:
                stage.clock.advance(seconds=float(action))
            check(stage, puppets)
        assert nudged <= {KEY}
        check_home(stage, puppets, "completed" if "more" in actions else "shipped")
