"""A reading and an announcement expire after seconds: a later write is not sent."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import meanwhile
from tests.support.steppers import SleepingOrderStore
from worker.domain.instants import SECOND
from worker.domain.results import Done, Later
from worker.reconcile.order import READING_LASTS
from worker.reconcile.reconciliation import MIN_LEASE


@pytest.mark.parametrize(("sleep", "writes"), [(MIN_LEASE, []), (READING_LASTS + SECOND, ["not_sent", "confirmed"])])
def test_a_reconciliation_that_sleeps_between_read_and_write_does_not_use_its_reading(harness, sleep, writes):
    harness.accept("order.accepted")
    sleeps, compose = [sleep], harness.api.compose

    def slow(*arguments, **options):
        harness.clock.now += sleeps.pop() if sleeps else 0
        return compose(*arguments, **options)

    harness.api.compose = slow
    harness.reconcile()
    assert [outcome for _, outcome in harness.writes()] == writes
    assert len(harness.api.writes) == writes.count("confirmed")
    assert harness.api.reads == max(1, len(writes))


def test_an_announced_write_starts_within_a_second_or_not_at_all(harness):
    harness.accept("order.accepted")
    at = []
    harness.api.script("write", meanwhile(lambda: at.append(harness.clock())))
    began = harness.clock()
    assert harness.reconciler(store=SleepingOrderStore(harness, "announce", SECOND + 1)).reconcile(KEY) == Done()
    assert harness.writes() == [("accepted", "not_sent"), ("accepted", "confirmed")]
    assert at == [began + SECOND + 1]


def test_a_write_that_starts_just_in_time_is_sent(harness):
    harness.accept("order.accepted")
    harness.reconciler(store=SleepingOrderStore(harness, "announce", SECOND)).reconcile(KEY)
    assert harness.writes() == [("accepted", "confirmed")]


def test_a_write_that_was_not_sent_is_not_uncertain(harness):
    harness.accept("order.shipped")
    harness.reconciler(store=SleepingOrderStore(harness, "announce", 2 * SECOND)).reconcile(KEY)
    assert harness.api.writes == ["accepted", "shipped"]
    assert harness.row()["uncertain_at"] is None


def test_a_reading_older_than_ten_seconds_is_read_again_before_a_write(harness):
    harness.accept("order.shipped")
    harness.api.deadline = 5 * SECOND
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    harness.reconcile()
    assert [call.kind for call in harness.api.calls] == ["read", "write", "read", "write"]


def test_a_reading_of_ten_seconds_is_still_used(harness):
    harness.accept("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=10)))
    harness.reconcile()
    assert [call.kind for call in harness.api.calls] == ["read", "write", "write"]


def test_a_read_that_answers_too_late_is_a_failure_and_is_not_used(harness):
    harness.accept("order.shipped")
    harness.api.script("read", meanwhile(lambda: harness.clock.advance(seconds=11)))
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.firm, harness.row()["stage"]) == ("api_unavailable", True, None)
    assert result.detail == "the answer to a read came too late to be of use"
    assert harness.api.writes == []


def test_each_write_renews_the_lease_so_that_a_slow_platform_takes_all_steps(harness):
    harness.api.deadline = 11 * SECOND
    harness.accept("order.completed")
    for _ in range(4):
        harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    assert harness.reconcile() == Done()
    assert [call.kind for call in harness.api.calls] == ["read", "write"] * 4


def test_a_worker_too_slow_for_any_write_delays_the_order_by_a_second(harness):
    harness.accept("order.accepted")
    announce = harness.order_store.announce

    def slow(*arguments):
        announced = announce(*arguments)
        harness.clock.advance(seconds=2)
        return announced

    harness.order_store.announce = slow
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.due - harness.clock(), result.reason, result.firm) == (SECOND, "interrupted", True)
    assert {outcome for _, outcome in harness.writes()} == {"not_sent"}
    assert harness.api.writes == []
    harness.order_store.announce = announce
    harness.run_for(seconds=2)
    assert harness.api.writes == ["accepted"]
