"""One probe finds out whether an account's credentials are good, or its platform answers again, and lifts its hold."""

import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.fake_order_api import FakeOrderApi, fails, meanwhile, times_out
from tests.support.harness import Harness
from worker.domain.accounts.probing import FIRST_INTERVAL, LONGEST_INTERVAL, ProbeAnswer, ProbeResult
from worker.domain.errors import OrderMissing, Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held, Later
from worker.reconcile.probe import PROBE_EVERY

DENIED = fails(Unauthorized("bad signature", 401, "authentication_failed"))
HOURS = 3


def lose_credentials(harness: Harness) -> None:
    """The platform refuses the credentials from now on, and the account is held after one probe."""
    harness.policy = replace(harness.policy, retry_for=HOUR)
    harness.accept("order.shipped")
    for kind in ("read", "probe"):
        harness.api.script(kind, *[DENIED] * 1000)
    assert harness.reconcile() == Held(HoldReason.CREDENTIALS)


def get_credentials_back(harness: Harness) -> None:
    harness.api.faults.clear()


def probe_instants(harness: Harness) -> list[int]:
    return [call.at for call in harness.api.calls if call.kind == "probe"]


def test_bad_credentials_hold_the_account_after_one_failed_probe(harness):
    lose_credentials(harness)
    harness.run_for(hours=HOURS)
    assert harness.hold_ends() == {"credentials": None}
    row = harness.row()
    assert (harness.api.reads, row["stop"], row["failures"], row["failing_since"]) == (1, None, 0, None)
    assert harness.due_orders.claim(10, 0) == []


def test_the_hold_of_refused_credentials_has_the_words_of_the_platform(harness):
    lose_credentials(harness)
    assert harness.hold_details() == {"credentials": "HTTP 401, authentication_failed, bad signature"}


def test_a_held_account_is_probed_at_growing_intervals(harness):
    lose_credentials(harness)
    harness.run_for(hours=4)
    instants = probe_instants(harness)
    intervals = [later - earlier for earlier, later in pairwise(instants)]
    assert intervals == sorted(intervals)
    assert intervals[0] >= FIRST_INTERVAL * 3 / 4
    assert MINUTE < intervals[-1] <= LONGEST_INTERVAL + SECOND
    assert len(instants) < 50


def test_probes_that_prove_nothing_do_not_put_off_the_next_ones(harness):
    lose_credentials(harness)
    harness.api.faults["probe"].clear()
    harness.api.script("probe", *[fails(Transient("reset")), fails(OrderMissing("404"))] * 2)
    harness.api.faults["read"].clear()
    harness.run_for(minutes=2, seconds=30)
    assert (harness.api.probes, harness.row()["stage"]) == (6, "shipped")


def test_probes_of_an_operator_do_not_put_off_the_next_ones(harness):
    lose_credentials(harness)
    for _ in range(9):
        harness.probe.run("main")
    get_credentials_back(harness)
    harness.run_for(seconds=30)
    assert harness.row()["stage"] == "shipped"


def test_the_orders_go_on_by_themselves_once_the_credentials_are_good_again(harness):
    lose_credentials(harness)
    harness.run_for(hours=HOURS)
    get_credentials_back(harness)
    harness.run_for(minutes=11)
    assert (harness.row()["stage"], harness.hold_ends()) == ("shipped", {})


def test_an_order_counts_its_own_failure_when_the_credentials_of_its_account_are_good(harness):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.firm) == ("unauthorized", True)
    assert (harness.api.probes, harness.hold_ends()) == (1, {})
    assert harness.row()["failures"] == 1


@pytest.mark.parametrize("answer", [Transient("timed out"), Throttled(wait=MINUTE), OrderMissing("404")])
def test_a_probe_of_the_credentials_that_proves_nothing_holds_nothing_for_them(harness, answer):
    harness.accept("order.shipped")
    harness.api.script("read", DENIED)
    harness.api.script("probe", fails(answer))
    assert isinstance(harness.reconcile(), Later)
    assert set(harness.hold_ends()) <= {"rate_limited"}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Transient("timed out"), ProbeResult.UNREACHABLE),
        (Unauthorized("bad signature"), ProbeResult.REFUSED),
        (Throttled("slow down", wait=MINUTE), ProbeResult.UNKNOWN),
        (OrderMissing("no such page", 404), ProbeResult.UNKNOWN),
    ],
)
def test_a_probe_returns_what_its_answer_proves_in_the_words_of_the_platform(harness, answer, result):
    harness.api.script("probe", fails(answer))
    assert harness.probe.run("main") == ProbeAnswer(result, str(answer))


def test_a_good_probe_needs_no_words(harness):
    assert harness.probe.run("main") == ProbeAnswer(ProbeResult.GOOD)


def test_a_probe_whose_platform_asks_for_a_pause_holds_the_account_for_it(harness):
    lose_credentials(harness)
    harness.api.faults["probe"].clear()
    harness.api.script("probe", fails(Throttled("slow down", wait=10 * MINUTE)))
    harness.probe.run("main")
    assert harness.hold_ends() == {"credentials": None, "rate_limited": harness.clock() + 10 * MINUTE}
    made = harness.api.probes
    harness.run_for(minutes=9)
    assert harness.api.probes == made
    harness.run_for(minutes=2)
    assert harness.hold_ends() == {"credentials": None} or harness.api.probes > made


def test_orders_of_an_account_that_is_not_held_share_one_probe(harness):
    suspicion = HoldReason.CREDENTIALS
    assert [harness.probe.confirm("main", suspicion) for _ in range(3)] == [None, None, None]
    assert harness.api.probes == 1
    harness.clock.now += PROBE_EVERY - 1
    harness.probe.confirm("main", suspicion)
    assert harness.api.probes == 1
    harness.clock.now += 1
    harness.probe.confirm("main", suspicion)
    assert harness.api.probes == 2


def test_a_failure_while_the_account_is_held_asks_for_no_probe(harness):
    lose_credentials(harness)
    harness.clock.advance(hours=1)
    assert harness.probe.confirm("main", HoldReason.OUTAGE) is HoldReason.CREDENTIALS
    assert harness.api.probes == 1


@pytest.mark.parametrize("reason", [HoldReason.OPERATOR, HoldReason.RATE_LIMITED])
def test_a_failure_asks_for_no_probe_while_somebody_wants_silence(harness, reason):
    harness.holds.hold("main", reason, MINUTE)
    assert harness.probe.confirm("main", HoldReason.CREDENTIALS) is reason
    assert harness.api.probes == 0
    harness.clock.advance(minutes=1)
    assert harness.probe.confirm("main", HoldReason.CREDENTIALS) is None
    assert harness.api.probes == 1


class TestWhatAProbeLifts:
    @pytest.fixture
    def held(self, harness):
        """The account is held for every reason."""
        for reason in HoldReason:
            harness.holds.hold("main", reason, MINUTE if reason is HoldReason.RATE_LIMITED else None)
        harness.holds.hold("other", HoldReason.CREDENTIALS, None)
        return harness

    def test_a_good_probe_lifts_what_it_disproves_and_never_the_hold_of_an_operator(self, held):
        before = set(held.hold_ends())
        held.probe.run("main")
        assert before - set(held.hold_ends()) == {"outage"}  # the other account keeps its `credentials`
        assert held.probed_accounts() == ["other"]

    def test_a_refused_probe_ends_an_outage_and_proves_the_credentials_wrong(self, harness):
        harness.holds.hold("main", HoldReason.OUTAGE, None, "timed out")
        harness.api.script("probe", DENIED)
        harness.probe.run("main")
        assert harness.hold_details() == {"credentials": "HTTP 401, authentication_failed, bad signature"}

    def test_a_probe_without_an_answer_keeps_every_hold(self, held):
        before = held.hold_ends()
        held.api.script("probe", times_out)
        held.probe.run("main")
        assert held.hold_ends() == before

    def test_a_probe_holds_no_account_that_is_not_held(self, harness):
        harness.api.script("probe", DENIED)
        harness.probe.run("main")
        assert harness.hold_ends() == {}


class TestOneProbeAtATime:
    def test_no_other_worker_probes_while_a_probe_is_under_way(self, harness):
        lose_credentials(harness)
        harness.clock.advance(minutes=1)
        other, made = harness.probe_of({"main": harness.api}), []

        def probe_elsewhere() -> None:
            other.run_due()
            made.append(harness.api.probes)

        harness.api.faults["probe"].clear()
        harness.api.script("probe", meanwhile(probe_elsewhere))
        harness.probe.run_due()
        assert made == [2]

    def test_a_probe_that_another_worker_has_claimed_meanwhile_is_left_to_it(self, harness):
        for account in ("main", "second"):
            harness.holds.hold(account, HoldReason.OUTAGE, None, probe_in=0)
            harness.clock.now += 1
        second = FakeOrderApi(harness.clock)
        apis = {"main": harness.api, "second": second}
        harness.api.script("probe", meanwhile(harness.probe_of(apis).run_due))
        harness.probe_of(apis).run_due()
        assert (harness.api.probes, second.probes, harness.hold_ends()) == (1, 1, {})

    def test_another_worker_probes_after_one_that_died_during_its_probe(self, harness):
        lose_credentials(harness)
        harness.clock.advance(minutes=1)
        harness.api.faults["probe"].clear()
        harness.api.script("probe", meanwhile(sys.exit))
        with pytest.raises(SystemExit):
            harness.probe.run_due()
        get_credentials_back(harness)
        harness.probe_of({"main": harness.api}).run_due()
        assert harness.api.probes == 2
        harness.run_for(minutes=1)
        assert (harness.api.probes, harness.hold_ends()) == (3, {})

    def test_a_worker_probes_only_the_accounts_of_its_settings(self, harness):
        harness.holds.hold("other", HoldReason.CREDENTIALS, None)
        harness.probe.run_due()
        assert harness.api.calls == []


@pytest.mark.parametrize(("reason", "lasts"), [(HoldReason.OPERATOR, None), (HoldReason.RATE_LIMITED, 10 * MINUTE)])
def test_no_probe_comes_by_itself_while_an_operator_or_the_platform_wants_silence(harness, reason, lasts):
    lose_credentials(harness)
    get_credentials_back(harness)
    harness.holds.hold("main", reason, lasts)
    made = harness.api.probes
    harness.run_for(minutes=9)
    assert harness.api.probes == made
    harness.holds.lift("main", reason)
    harness.run_for(minutes=1)
    assert harness.reconcile() in (Done(), None)
    assert harness.row()["stage"] == "shipped"
