"""What was read, and what was announced, is good for seconds: a write that comes later is not sent."""

import pytest

from tests.support.fake_order_api import meanwhile
from tests.support.steppers import Sleepy
from tests.support.events import KEY
from worker.domain.instants import SECOND
from worker.domain.results import Done, Later
from worker.reconcile.order import STALE
from worker.reconcile.reconciliation import MIN_LEASE


@pytest.mark.parametrize(("sleep", "writes"), [(MIN_LEASE, []), (STALE + SECOND, ["not_sent", "confirmed"])])
def test_a_turn_that_slept_between_read_and_write_does_not_trust_what_it_read(harness, sleep, steps):
    harness.receive("order.accepted")
    naps, compose = [sleep], harness.api.compose

    def slow(*arguments, **options):
        harness.clock.now += naps.pop() if naps else 0
        return compose(*arguments, **options)

    harness.api.compose = slow
    harness.reconcile()
    assert [outcome for _, outcome in harness.writes()] == steps
    assert len(harness.api.writes) == steps.count("confirmed")
    assert harness.api.reads == max(1, len(steps))


def test_a_write_that_was_announced_starts_within_a_second_or_not_at_all(harness):
    harness.receive("order.accepted")
    at = []
    harness.api.script("write", meanwhile(lambda: at.append(harness.clock())))
    began = harness.clock()
    assert harness.reconciler(order_store=Sleepy(harness, "intend", SECOND + 1))(KEY) == Done()
    assert harness.writes() == [("accepted", "not_sent"), ("accepted", "confirmed")]
    assert at == [began + SECOND + 1]


def test_a_write_that_starts_just_in_time_is_sent(harness):
    harness.receive("order.accepted")
    harness.reconciler(order_store=Sleepy(harness, "intend", SECOND))(KEY)
    assert harness.writes() == [("accepted", "confirmed")]


def test_what_was_not_sent_is_not_uncertain(harness):
    harness.receive("order.shipped")
    harness.reconciler(order_store=Sleepy(harness, "intend", 2 * SECOND))(KEY)
    assert harness.api.writes == ["accepted", "shipped"]
    assert harness.row()["uncertain_at"] is None


def test_a_reading_older_than_ten_seconds_is_read_again_before_a_write(harness):
    harness.receive("order.shipped")
    harness.api.deadline = 5 * SECOND
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    harness.reconcile()
    assert [call.kind for call in harness.api.calls] == ["read", "write", "read", "write"]


def test_a_reading_of_ten_seconds_is_good_enough(harness):
    harness.receive("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=10)))
    harness.reconcile()
    assert [call.kind for call in harness.api.calls] == ["read", "write", "write"]


def test_a_read_that_answers_too_late_is_a_failure_and_is_not_used(harness):
    harness.receive("order.shipped")
    harness.api.script("read", meanwhile(lambda: harness.clock.advance(seconds=11)))
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.firm, harness.row()["stage"]) == ("api_unavailable", True, None)
    assert result.detail == "the answer to a read came too late to be of use"
    assert harness.api.writes == []


def test_an_order_at_a_slow_platform_walks_on_under_the_lease_that_each_write_renews(harness):
    harness.api.deadline = 11 * SECOND
    harness.receive("order.completed")
    for _ in range(4):
        harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    assert harness.reconcile() == Done()
    assert [call.kind for call in harness.api.calls] == ["read", "write"] * 4


def test_a_worker_too_slow_for_any_write_gives_the_order_back_for_a_second(harness):
    harness.receive("order.accepted")
    intend = harness.order_store.intend

    def slow(*arguments):
        announced = intend(*arguments)
        harness.clock.advance(seconds=2)
        return announced

    harness.order_store.intend = slow
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.due - harness.clock(), result.reason, result.firm) == (SECOND, "interrupted", True)
    assert {outcome for _, outcome in harness.writes()} == {"not_sent"}
    assert harness.api.writes == []
    harness.order_store.intend = intend
    harness.run_for(seconds=2)
    assert harness.api.writes == ["accepted"]
