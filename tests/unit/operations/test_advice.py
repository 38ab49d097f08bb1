"""Every stop and every hold has a meaning and advice."""

import pytest

from tests.support.clock import START
from tests.support.snapshots import AT_ONCE, explained, snapshot
from worker.domain.instants import HOUR
from worker.domain.overview.snapshot import Hold
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.operations.advice import HOLDS, PUT_AWAY, STOPS, UNKNOWN_HOLD, UNKNOWN_STOP, advise_on_hold, advise_on_stop
from worker.operations.explain.explanation import explain


def test_every_reason_has_advice():
    assert set(STOPS) == set(StopReason)
    assert set(HOLDS) == set(HoldReason)
    assert all(advice.endswith(".") for advice in (*STOPS.values(), *HOLDS.values()))


@pytest.mark.parametrize("stop", StopReason)
def test_every_stop_says_what_it_means_what_a_person_should_do_and_how_to_lift_it(stop):
    sentences = explain(snapshot(stop=str(stop), stopped_at=START), AT_ONCE).next_steps
    assert stop.meaning in sentences
    assert STOPS[stop].removesuffix(PUT_AWAY) in sentences
    assert "To close it: fulfillment orders close main/1 --reason <why>" in sentences
    assert "To lift the stop: fulfillment orders release main/1 --reason <why>" in sentences


@pytest.mark.parametrize("reason", HoldReason)
def test_every_hold_says_what_it_means_and_what_ends_it(reason):
    sentences = explain(snapshot(due=START, held=(Hold("main", str(reason), START),)), AT_ONCE).next_steps
    assert reason.meaning in sentences
    release = "To let its orders go on: fulfillment accounts release main --reason <why>"
    assert (release if reason is HoldReason.OPERATOR else HOLDS[reason]) in sentences


@pytest.mark.parametrize("reason", WaitReason)
def test_every_wait_says_what_it_means(reason):
    waits = snapshot(due=START + HOUR, waiting=str(reason))
    assert reason.meaning in explain(waits, Policy(dry_run=True)).next_steps


def test_the_words_of_a_newer_version_get_a_general_sentence():
    assert advise_on_stop("a_newer_word") == UNKNOWN_STOP
    assert advise_on_hold("a_newer_word") == UNKNOWN_HOLD
    assert UNKNOWN_STOP in explained(snapshot(stop="a_newer_word", stopped_at=START))
    assert UNKNOWN_HOLD in explained(snapshot(due=START, held=(Hold("main", "a_newer_word", START),)))
    assert "Then it is reconciled again." in explained(snapshot(due=START + HOUR, waiting="a_newer_word"))
