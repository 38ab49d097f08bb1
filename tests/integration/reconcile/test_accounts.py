"""An account that fails: its orders wait, one probe tests its credentials, and no order counts a failure."""

from dataclasses import replace

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import fails, meanwhile, unknown
from worker.domain.errors import Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held, Later
from worker.reconcile.probe import PROBE_EVERY, ProbeResult

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


def test_the_hold_of_a_refused_probe_has_the_words_of_the_platform(harness):
    harness.api.script("probe", DENIED)
    held = []
    harness.holds.hold = lambda *arguments: held.append(arguments)
    assert harness.probe.run("main") is ProbeResult.REFUSED
    assert held == [("main", "credentials", None, "HTTP 401, authentication_failed, bad signature")]


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


def test_bad_credentials_hold_the_account_after_one_failed_probe(harness):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    harness.api.script("probe", DENIED)
    assert harness.reconcile() == Held(HoldReason.CREDENTIALS)
    assert harness.hold_ends() == {"credentials": None}
    harness.run_for(days=4)
    assert (harness.api.reads, harness.row()["stop"]) == (1, None)
    assert harness.due_orders.claim(10, 0) == []


def test_the_orders_are_reconciled_again_after_a_good_probe(harness):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    harness.api.script("probe", DENIED)
    harness.reconcile()
    harness.clock.advance(days=5)
    assert harness.probe.run("main") is ProbeResult.GOOD
    assert harness.reconcile() == Done()


def test_an_order_counts_its_own_failure_when_the_credentials_of_its_account_are_good(harness):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.firm) == ("unauthorized", True)
    assert (harness.api.probes, harness.hold_ends()) == (1, {})
    assert harness.row()["failures"] == 1


@pytest.mark.parametrize("answer", [Transient("timed out"), Throttled(wait=MINUTE)])
def test_a_probe_without_an_answer_holds_nothing(harness, answer):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    harness.api.script("probe", fails(answer))
    assert isinstance(harness.reconcile(), Later)
    assert "credentials" not in harness.hold_ends()


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Transient("timed out"), ProbeResult.UNKNOWN),
        (Unauthorized("401"), ProbeResult.REFUSED),
        (None, ProbeResult.GOOD),
    ],
)
def test_a_probe_returns_what_its_answer_proves(harness, answer, result):
    harness.api.script("probe", fails(answer) if answer else meanwhile(lambda: None))
    assert harness.probe.run("main") is result


def test_many_orders_share_one_probe(harness):
    good, unknown = ProbeResult.GOOD, ProbeResult.UNKNOWN
    assert [harness.probe.run("main") for _ in range(3)] == [good, unknown, unknown]
    assert harness.api.probes == 1
    harness.clock.now += PROBE_EVERY - 1
    assert harness.probe.run("main") is unknown
    harness.clock.now += 1
    assert harness.probe.run("main") is good


def test_a_probe_lifts_its_own_hold_and_not_that_of_an_operator(harness):
    harness.holds.hold("main", "operator", None)
    harness.holds.hold("main", "credentials", None)
    harness.probe.run("main")
    assert harness.hold_ends() == {"operator": None}


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
    harness.clock.advance(seconds=1)
    for _ in range(5):
        harness.api.script("read", fails(Throttled(wait=HOUR)))
        # No maintenance deletes the expired hold before the next one begins.
        assert harness.reconcile() == Held(HoldReason.RATE_LIMITED)
        harness.clock.now += HOUR
    harness.holds.expire()
    assert harness.row()["failing_since"] >= harness.clock() - 10 * SECOND


def test_orders_of_an_account_that_the_settings_do_not_name_wait_with_a_reason(harness):
    harness.accept("order.shipped")
    assert harness.reconciler(apis={}).reconcile(KEY) is None
    harness.holds.hold_unconfigured({"another"})
    assert harness.hold_ends() == {"not_configured": None}
    assert harness.due_orders.claim(10, 0) == []
    harness.holds.hold_unconfigured({KEY.account})
    assert harness.hold_ends() == {}
    assert harness.due_orders.claim(10, 0) == [KEY]


def test_an_account_without_orders_is_not_held(harness):
    harness.holds.hold_unconfigured({"another"})
    assert harness.hold_ends() == {}
