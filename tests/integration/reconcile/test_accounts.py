"""An account that its platform or an operator lets wait: its orders wait, and no order counts a failure."""

from dataclasses import replace

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import fails, meanwhile, unknown
from worker.domain.errors import Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held, Later

DENIED = fails(Unauthorized("bad signature", 401, "authentication_failed"))


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_rate_limit_holds_the_account_until_it_ends_by_itself(harness, kind):
    harness.accept("order.shipped")
    harness.api.script(kind, fails(Throttled("slow down", wait=HOUR)))
    began = harness.clock()
    assert harness.reconcile() == Held(HoldReason.RATE_LIMITED)
    assert harness.hold_ends() == {"rate_limited": began + HOUR}
    calls = len(harness.api.calls)
    harness.run_for(minutes=59, seconds=59)
    assert len(harness.api.calls) == calls
    harness.run_for(seconds=1)
    assert harness.api.orders["1"].status == "shipped"
    assert harness.hold_ends() == {}


def test_the_hold_of_a_rate_limit_quotes_the_platform(harness):
    harness.accept("order.shipped")
    harness.api.script("read", fails(Throttled("slow down", wait=MINUTE)))
    held = []
    harness.holds.hold = lambda *arguments: held.append(arguments)
    harness.reconcile()
    assert held == [("main", "rate_limited", MINUTE, "HTTP 429, slow down")]


def test_a_pause_without_words_holds_the_account_without_words(harness):
    held = []
    harness.holds.hold = lambda *arguments: held.append(arguments)
    harness.budget.pause("main", MINUTE)
    assert held == [("main", "rate_limited", MINUTE, "")]


def test_a_rate_limit_is_no_failure_of_the_order(harness):
    harness.accept("order.shipped")
    harness.api.script("write", fails(Throttled(wait=MINUTE)))
    harness.reconcile()
    row = harness.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "rate_limited")


def test_nothing_is_written_under_a_hold_that_begins_between_read_and_write(harness):
    harness.accept("order.shipped")
    harness.api.script("read", meanwhile(lambda: harness.holds.hold("main", "operator", None)))
    harness.reconcile()
    assert harness.api.writes == []
    assert harness.reconcile() is None
    harness.holds.lift("main", "operator")
    assert harness.reconcile() == Done()


def test_the_time_of_a_hold_does_not_count_against_retry_for(harness):
    harness.policy = replace(harness.policy, retry_for=HOUR)
    harness.accept("order.shipped")
    harness.api.script("read", fails(Transient("503")))
    harness.reconcile()
    harness.holds.hold("main", "operator", None)
    harness.clock.advance(days=2)
    harness.holds.lift("main", "operator")
    harness.api.script("read", *[fails(Transient("503"))] * 2)
    assert isinstance(harness.reconcile(), Later)
    harness.run_for(minutes=59)
    assert harness.row()["stop"] is None
    assert harness.row()["stage"] == "shipped"


def test_the_time_of_a_hold_does_not_count_against_the_hour_of_an_unknown_order(harness):
    harness.accept("order.shipped")
    harness.api.script("read", unknown, fails(Throttled(wait=5 * HOUR)), unknown)
    harness.reconcile()
    harness.run_for(hours=6)
    assert (harness.row()["stop"], harness.row()["stage"]) == (None, "shipped")


def test_rate_limits_one_after_another_do_not_count_against_retry_for(harness):
    harness.policy = replace(harness.policy, retry_for=HOUR)
    harness.accept("order.shipped")
    harness.api.script("read", fails(Transient("503")))
    harness.reconcile()
    harness.clock.advance(seconds=2)
    for _ in range(5):
        harness.api.script("read", fails(Throttled(wait=HOUR)))
        # No maintenance deletes the expired hold before the next one begins.
        assert harness.reconcile() == Held(HoldReason.RATE_LIMITED)
        harness.clock.now += HOUR
    harness.holds.expire()
    assert harness.row()["failing_since"] >= harness.clock() - 10 * SECOND


def test_a_worker_leaves_the_orders_alone_of_an_account_that_its_settings_do_not_name(harness):
    harness.accept("order.shipped")
    before = harness.row()
    assert harness.reconciler(apis={}).reconcile(KEY) is None
    assert (harness.row(), harness.hold_ends()) == (before, {})
    assert harness.reconcile() == Done()
