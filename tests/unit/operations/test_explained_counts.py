"""The sentences of an explanation are correct English for every count."""

import re

import pytest
from hypothesis import given

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.generated_snapshots import policies, snapshots
from tests.support.snapshots import explained, snapshot, text
from worker.domain.overview.snapshot import Write
from worker.domain.reasons import WriteOutcome
from worker.domain.stages import Stage
from worker.operations.explain.explanation import explain
from worker.operations.phrases import split_command

BROKEN = re.compile(r"\bNone\b(?! of)|none yet|“”|[:,;] ?[.;]|  |\.\.|\b1 (?:calls|searches|parcels|earlier writes)\b")
"""Traces of an empty value, and plural words for one thing."""


@pytest.mark.parametrize(
    ("arrived", "parcels", "sentence"),
    [
        (1, 1, "1 of 1 parcel has arrived."),
        (0, 2, "0 of 2 parcels have arrived."),
        (1, 2, "1 of 2 parcels has arrived."),
        (2, 2, "2 of 2 parcels have arrived."),
        (2, 3, "2 of 3 parcels have arrived."),
    ],
)
def test_parcels_are_counted_in_correct_english(arrived, parcels, sentence):
    arrivals = [an_event("shipment.delivered", f"TRK{number}") for number in range(arrived)]
    assert sentence in explained(snapshot(an_event("shipment.created", "TRK0", parcels=parcels), *arrivals, due=START))


def test_the_known_parcels_are_not_said_to_have_arrived():
    events = (an_event("shipment.picked_up", "A"), an_event("shipment.delivered", "B"))
    sentences = explained(snapshot(*events, due=START))
    assert "1 of 2 parcels has arrived.\nThe known tracking numbers are A, B." in sentences


@pytest.mark.parametrize(
    ("failures", "sentence"), [(1, "1 call has failed since"), (2, "2 calls in a row have failed")]
)
def test_failures_are_counted_in_correct_english(failures, sentence):
    assert sentence in explained(snapshot(order={"failures": failures, "failing_since": START}, due=START))


@pytest.mark.parametrize(
    ("count", "sentence"), [(6, "1 earlier write is left out"), (7, "2 earlier writes are left out")]
)
def test_writes_that_are_left_out_are_counted_in_correct_english(count, sentence):
    writes = (Write(Stage.SHIPPED, {}, START, outcome=WriteOutcome.FAILED),) * count
    assert sentence in explained(snapshot(writes=writes, due=START))


@pytest.mark.parametrize(
    ("name", "inferred"),
    [
        ("order.shipped", "no event names accepted, which is inferred"),
        ("order.delivered", "no event names accepted or shipped, which are inferred"),
        ("order.completed", "no event names accepted, shipped or delivered, which are inferred"),
    ],
)
def test_inferred_stages_are_listed_in_correct_english(name, inferred):
    pending = {"stage": Stage.PENDING, "status": "pending"}
    assert inferred in explained(snapshot(an_event(name), order=pending, due=START))


def test_a_single_step_waits_for_no_other():
    sentences = explained(snapshot(an_event("order.shipped"), due=START))
    assert "The platform is to be asked for shipped." in sentences
    assert "the one before it" not in sentences


@given(snapshots(), policies())
def test_every_explanation_is_whole_sentences_under_each_heading(seen, policy):
    explanation = explain(seen, policy)
    assert all((explanation.position, explanation.evidence, explanation.plan, explanation.next_steps))
    sentences = text(explanation).split("\n")
    assert all(sentence.endswith(".") or split_command(sentence)[1] for sentence in sentences)
    assert not BROKEN.search(text(explanation))
