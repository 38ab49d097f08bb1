"""What was read, and what was announced, is good for seconds: a write that comes later is not sent."""

import pytest

from tests.support.fake_order_api import meanwhile
from tests.support.puppets import Sleepy
from tests.support.stories import KEY
from worker.domain.instants import SECOND
from worker.domain.orders import Done, Later
from worker.turn import LEASE
from worker.walk import STALE


@pytest.mark.parametrize(("sleep", "steps"), [(LEASE, []), (STALE + SECOND, ["not_sent", "confirmed"])])
def test_a_turn_that_slept_between_read_and_write_does_not_trust_what_it_read(stage, sleep, steps):
    stage.hear("order.accepted")
    naps, compose = [sleep], stage.api.compose

    def slow(*arguments, **options):
        stage.clock.now += naps.pop() if naps else 0
        return compose(*arguments, **options)

    stage.api.compose = slow
    stage.turn()
    assert [outcome for _, outcome in stage.steps()] == steps
    assert len(stage.api.writes) == steps.count("confirmed")
    assert stage.api.reads == max(1, len(steps))


def test_a_write_that_was_announced_starts_within_a_second_or_not_at_all(stage):
    stage.hear("order.accepted")
    at = []
    stage.api.script("write", meanwhile(lambda: at.append(stage.clock())))
    began = stage.clock()
    assert stage.advance(turns=Sleepy(stage, "intend", SECOND + 1))(KEY) == Done()
    assert stage.steps() == [("accepted", "not_sent"), ("accepted", "confirmed")]
    assert at == [began + SECOND + 1]


def test_a_write_that_starts_just_in_time_is_sent(stage):
    stage.hear("order.accepted")
    stage.advance(turns=Sleepy(stage, "intend", SECOND))(KEY)
    assert stage.steps() == [("accepted", "confirmed")]


def test_what_was_not_sent_is_not_uncertain(stage):
    stage.hear("order.shipped")
    stage.advance(turns=Sleepy(stage, "intend", 2 * SECOND))(KEY)
    assert stage.api.writes == ["accepted", "shipped"]
    assert stage.row()["uncertain_at"] is None


def test_a_reading_older_than_ten_seconds_is_read_again_before_a_write(stage):
    stage.hear("order.shipped")
    stage.api.deadline = 5 * SECOND
    stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=11)))
    stage.turn()
    assert [call.kind for call in stage.api.calls] == ["read", "write", "read", "write"]


def test_a_reading_of_ten_seconds_is_good_enough(stage):
    stage.hear("order.shipped")
    stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=10)))
    stage.turn()
    assert [call.kind for call in stage.api.calls] == ["read", "write", "write"]


def test_a_read_that_answers_too_late_is_a_failure_and_is_not_used(stage):
    stage.hear("order.shipped")
    stage.api.script("read", meanwhile(lambda: stage.clock.advance(seconds=11)))
    end = stage.turn()
    assert isinstance(end, Later)
    assert (end.reason, end.firm, stage.row()["place"]) == ("api_unavailable", True, None)
    assert end.detail == "the answer to a read came too late to be of use"
    assert stage.api.writes == []


def test_an_order_at_a_slow_platform_walks_on_under_the_lease_that_each_write_renews(stage):
    stage.api.deadline = 11 * SECOND
    stage.hear("order.completed")
    for _ in range(4):
        stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=11)))
    assert stage.turn() == Done()
    assert [call.kind for call in stage.api.calls] == ["read", "write"] * 4


def test_a_worker_too_slow_for_any_write_gives_the_order_back_for_a_second(stage):
    stage.hear("order.accepted")
    intend = stage.turns.intend

    def slow(*arguments):
        intent = intend(*arguments)
        stage.clock.advance(seconds=2)
        return intent

    stage.turns.intend = slow
    end = stage.turn()
    assert isinstance(end, Later)
    assert (end.due - stage.clock(), end.reason, end.firm) == (SECOND, "interrupted", True)
    assert {outcome for _, outcome in stage.steps()} == {"not_sent"}
    assert stage.api.writes == []
    stage.turns.intend = intend
    stage.live(seconds=2)
    assert stage.api.writes == ["accepted"]
