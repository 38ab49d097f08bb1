"""What `Probes` promises about the holds of which a probe finds out whether they are over, on both databases."""

import pytest

from tests.support.at_once import at_once
from tests.support.clock import START
from worker.domain.accounts.probing import ProbeAnswer, ProbeResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.store.accounts.probes import SqlProbes


@pytest.fixture
def holds(harness):
    return harness.holds


@pytest.fixture
def probes(harness):
    return SqlProbes(harness.database)


@pytest.fixture
def outage(holds):
    """The account `main` is held for an outage; the next probe is due in half a minute."""
    holds.hold("main", "outage", None, "timed out", 30 * SECOND)


@pytest.mark.parametrize("reason", HoldReason)
def test_only_holds_that_an_answer_can_disprove_are_probed(holds, probes, reason):
    holds.hold("main", reason, None, probe_in=0)
    is_probed = reason in (HoldReason.CREDENTIALS, HoldReason.OUTAGE)
    assert probes.reason("main") == (reason if is_probed else None)
    assert probes.due(["main"]) == (["main"] if is_probed else [])
    assert (probes.claim("main", MINUTE) is not None) is is_probed


def test_a_probe_is_due_after_the_time_that_was_set(harness, holds, probes, outage):
    harness.clock.now += 30 * SECOND - 1
    assert (probes.due(["main"]), probes.claim("main", MINUTE)) == ([], None)
    harness.clock.now += 1
    assert (probes.due(["main"]), probes.claim("main", MINUTE)) == (["main"], 0)


def test_a_hold_of_the_version_before_is_probed_at_once(holds, probes):
    holds.hold("main", "credentials", None)
    assert probes.due(["main"]) == ["main"]
    assert probes.claim("main", MINUTE) == 0


def test_only_the_named_accounts_are_probed_and_the_longest_hold_comes_first(harness, holds, probes):
    for account in ("b", "a", "c"):
        holds.hold(account, "outage", None, probe_in=0)
        harness.clock.advance(seconds=1)
    assert probes.due(["a", "b", "missing"]) == ["b", "a"]


@pytest.mark.parametrize("reason", ["operator", "rate_limited"])
def test_no_probe_is_due_while_somebody_wants_silence(harness, holds, probes, outage, reason):
    harness.clock.advance(minutes=1)
    holds.hold("main", reason, MINUTE)
    assert (probes.due(["main"]), probes.silence("main")) == ([], reason)
    harness.clock.advance(minutes=1)
    assert (probes.due(["main"]), probes.silence("main")) == (["main"], None)


def test_one_of_many_workers_gets_the_probe(harness, holds, probes, outage):
    holds.hold("main", "credentials", None)
    harness.clock.advance(minutes=1)
    claims = at_once(lambda _: probes.claim("main", MINUTE), range(8))
    assert sorted(claim is not None for claim in claims) == [False] * 7 + [True]


def test_a_second_hold_of_the_account_leads_to_no_second_probe(harness, holds, probes, outage):
    harness.clock.advance(minutes=1)
    assert probes.claim("main", MINUTE) == 0
    holds.hold("main", "credentials", None, "401", 0)
    assert (probes.due(["main"]), probes.claim("main", MINUTE)) == ([], None)


def test_a_claim_that_was_never_answered_ends_by_itself(harness, holds, probes, outage):
    harness.clock.advance(minutes=1)
    assert probes.claim("main", MINUTE) == 0
    harness.clock.now += MINUTE
    assert probes.claim("main", MINUTE) == 0


def test_an_operator_claims_a_probe_that_is_not_due(holds, probes, outage):
    assert probes.claim("main", MINUTE, early=True) == 0
    assert probes.claim("free", MINUTE, early=True) is None


def test_a_probe_in_vain_is_counted_and_the_next_one_is_due_when_it_says(harness, holds, probes, outage):
    probes.record("main", ProbeAnswer(ProbeResult.UNREACHABLE, "refused"), 1, MINUTE)
    assert harness.next_probes() == {"outage": START + MINUTE}
    assert harness.hold_details() == {"outage": "refused"}
    harness.clock.advance(minutes=1)
    assert probes.claim("main", MINUTE) == 1


def test_a_worker_that_starts_brings_the_next_probe_forward_and_never_back(harness, holds, probes):
    for account, probe_in in (("soon", SECOND), ("late", HOUR), ("other", HOUR)):
        holds.hold(account, "credentials", None, "401", probe_in)
    probes.record("late", ProbeAnswer(ProbeResult.REFUSED, "401"), 1, HOUR)
    probes.hasten(["soon", "late", "free"], MINUTE)
    rows = {hold.account: (hold.next_probe, hold.probes) for hold in holds.active()}
    assert rows == {"soon": (START + SECOND, 0), "late": (START + MINUTE, 0), "other": (START + HOUR, 0)}


def test_a_probe_that_was_not_made_is_not_counted(harness, holds, probes, outage):
    harness.clock.advance(minutes=1)
    probes.claim("main", MINUTE)
    probes.postpone("main", 5 * SECOND)
    assert probes.claim("main", MINUTE) is None
    harness.clock.now += 5 * SECOND
    assert probes.claim("main", MINUTE) == 0


@pytest.mark.parametrize(
    ("result", "details"),
    [
        (ProbeResult.GOOD, {"operator": "audit"}),
        (ProbeResult.REFUSED, {"operator": "audit", "credentials": "new"}),
        (ProbeResult.UNREACHABLE, {"operator": "audit", "credentials": "old", "outage": "new"}),
        (ProbeResult.UNKNOWN, {"operator": "audit", "credentials": "old", "outage": "old"}),
    ],
)
def test_a_probe_lifts_what_it_disproves_and_explains_what_it_confirms(harness, holds, probes, result, details):
    holds.hold("main", "operator", None, "audit")
    for reason in ("credentials", "outage"):
        holds.hold("main", reason, None, "old", MINUTE)
    probes.record("main", ProbeAnswer(result, "new"), 1, MINUTE)
    assert harness.hold_details() == details


def test_an_outage_that_ends_in_a_refusal_is_a_hold_for_the_credentials(harness, holds, probes, outage):
    probes.record("main", ProbeAnswer(ProbeResult.REFUSED, "401"), 1, MINUTE)
    assert harness.hold_details() == {"credentials": "401"}
    assert harness.next_probes() == {"credentials": START + MINUTE}


@pytest.mark.parametrize("result", ProbeResult)
def test_a_late_answer_does_not_hold_an_account_whose_hold_was_lifted(harness, holds, probes, outage, result):
    holds.lift("main", "outage")
    probes.record("main", ProbeAnswer(result, "late"), 1, MINUTE)
    assert harness.hold_ends() == {}
