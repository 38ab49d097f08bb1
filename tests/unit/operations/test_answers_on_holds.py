"""The answer about an order whose account is held: who ends that, the next probe, and the order's own cause."""

from typing import Any

from tests.support.clock import START
from tests.support.snapshots import AT_ONCE, explained, snapshot
from worker.domain.instants import HOUR, MINUTE
from worker.domain.overview.snapshot import Hold
from worker.operations.explain.answer import Actor, Answer
from worker.operations.explain.explanation import explain

CREDENTIALS = Hold("main", "credentials", START - HOUR, detail="HTTP 401", next_probe=START + MINUTE)
OUTAGE = Hold("main", "outage", START - HOUR, detail="HTTP 503", next_probe=START + HOUR)
PAUSE = Hold("main", "rate_limited", START - HOUR, until=START + HOUR)
OPERATOR = Hold("main", "operator", START - HOUR, detail="moving the shop (sara)")
PROBE = "2026-01-25 12:01:00 UTC (in 1 min)"


def answer(*holds: Hold, **row: Any) -> Answer:
    return explain(snapshot(**{"due": START, **row}, held=holds), AT_ONCE).answer


def test_refused_credentials_are_a_persons_and_the_next_probe_is_named():
    said = answer(CREDENTIALS)
    assert (said.who, said.command) == (Actor.OPERATOR, "fulfillment accounts probe main")
    assert said.why == (
        "Its account main is held: credentials, HTTP 401. Correct the account's credentials in the settings, and"
        f" restart the workers. A probe tries them again on {PROBE}."
    )
    assert f"The next probe may lift it: {PROBE}." in explained(snapshot(due=START, held=(CREDENTIALS,)))


def test_an_outage_is_the_platforms_and_the_next_probe_is_named():
    said = answer(OUTAGE)
    assert (said.who, said.at, said.command) == (Actor.PLATFORM, START + HOUR, "")
    assert "a probe asks it on 2026-01-25 13:00:00 UTC (in 1 h)." in said.sentence


def test_a_pause_that_the_platform_wanted_ends_by_itself():
    said = answer(PAUSE)
    assert (said.who, said.at, said.command) == (Actor.WORKER, START + HOUR, "")
    assert answer(PAUSE, due=START + 2 * HOUR, waiting="settle").at == START + 2 * HOUR


def test_the_hold_of_an_operator_is_lifted_by_one():
    said = answer(CREDENTIALS, OPERATOR)
    assert (said.who, said.cause) == (Actor.OPERATOR, "operator")
    assert said.command == "fulfillment accounts release main --reason <why>"


def test_no_probe_is_announced_while_the_account_is_silent():
    assert "probe" not in answer(OUTAGE, PAUSE).sentence
    assert "A probe tries" not in answer(CREDENTIALS, OPERATOR).why
    assert explain(snapshot(due=START, held=(OUTAGE, PAUSE)), AT_ONCE).facts.next_probe is None


def test_what_the_order_itself_waits_for_is_beside_the_hold_of_its_account():
    seen = snapshot(due=START, held=(OUTAGE,), waiting="api_unavailable", waiting_detail="HTTP 500")
    explanation = explain(seen, AT_ONCE)
    own = "The order itself waits, too: api_unavailable, HTTP 500."
    assert explanation.answer.why.endswith(own)
    assert own in explanation.next_steps
    assert explanation.facts.own_cause == "api_unavailable, HTTP 500"
    assert "itself" not in answer(OUTAGE, waiting="outage").why
