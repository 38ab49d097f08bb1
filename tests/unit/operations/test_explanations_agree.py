"""No explanation contradicts itself, and all of its sentences are correct English."""

import re
from typing import Any

import pytest
from hypothesis import given

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.generated_snapshots import policies, snapshots
from tests.support.snapshots import SETTLED, explained, snapshot, text
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import Order, OrderKey
from worker.domain.policy import Policy
from worker.domain.reasons import WriteOutcome
from worker.domain.snapshot import Hold, OrderRow, Snapshot, State, Write
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.explain.explanation import explain
from worker.operations.instants import moment

NEVER_READ = {"stage": None, "status": "", "read_at": None}
FAILED_TWICE = {"failures": 2, "failing_since": START - MINUTE}
DELIVERED = {"stage": Stage.DELIVERED, "status": "delivered", "delivered_at": START - HOUR}
COMPLETE_AFTER_A_DAY = Policy(complete_after=DAY)


def waiting_times(sentences: str) -> set[str]:
    """Return the instants until which the order waits."""
    return set(re.findall(r"(?:until|is completed on) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)", sentences))


# ----------------------------------------------------------------------------------------------------- one waiting time


def test_a_waiting_order_in_dry_run_has_one_waiting_time():
    waits: dict[str, Any] = {
        "due": START + MINUTE,
        "waiting": "dry_run",
        "waiting_detail": "the next step would be shipped",
    }
    sentences = explained(snapshot(an_event("order.shipped"), **waits), Policy(dry_run=True))
    assert waiting_times(sentences) == {"2026-01-25 12:01:00 UTC"}
    assert sentences.count("dry_run, the next step would be shipped") == 2


def test_a_delivered_order_whose_call_failed_has_one_waiting_time():
    waits: dict[str, Any] = {"due": START + MINUTE, "not_before": START + MINUTE, "waiting": "api_unavailable"}
    sentences = explained(snapshot(order=DELIVERED | FAILED_TWICE, **waits), COMPLETE_AFTER_A_DAY)
    assert waiting_times(sentences) == {"2026-01-25 12:01:00 UTC"}
    assert "it is completed 1 d after its delivery (complete_after)" in sentences


@pytest.mark.parametrize(
    ("holds", "due", "end"),
    [
        ([Hold("main", "rate_limited", START, START + HOUR)], START, START + HOUR),
        ([Hold("main", "rate_limited", START, START + HOUR)], START + DAY, START + DAY),
        (
            [Hold("main", "budget", START, START + SECOND), Hold("main", "rate_limited", START, START + HOUR)],
            START,
            START + HOUR,
        ),
        ([Hold("main", "budget", START, START + SECOND), Hold("main", "credentials", START)], START, None),
    ],
)
def test_a_held_order_waits_until_nothing_holds_it_and_it_is_due(holds, due, end):
    seen = snapshot(an_event("order.shipped"), due=due, waiting="settle", held=tuple(holds))
    assert seen.state is State.HELD
    sentences = explained(seen, Policy(dry_run=True))
    assert waiting_times(sentences) == ({moment(end)} if end else set())
    assert ("until the hold is lifted" in sentences) is (end is None)


def test_an_order_behind_its_stage_does_not_wait_until_a_time_that_has_passed():
    behind = {"behind_at": START - 2 * MINUTE, "read_at": START - 2 * MINUTE, "status": "pending"}
    sentences = explained(snapshot(order=behind, due=START - MINUTE))
    assert waiting_times(sentences) == set()
    assert "it will be stopped: moved_back, the platform shows pending" in sentences


# ------------------------------------------------------------------------------------------------- calls that were made


@pytest.mark.parametrize(
    ("order", "row"),
    [
        (FAILED_TWICE, {"due": START + MINUTE, "waiting": "api_unavailable"}),
        ({}, {"stop": "refused", "stop_detail": "HTTP 400", "stopped_at": START}),
        ({}, {"due": START, "held": (Hold("main", "rate_limited", START, START + HOUR, "HTTP 429"),)}),
    ],
)
def test_an_order_without_a_successful_read_is_not_said_to_be_unasked(order, row):
    sentences = explained(snapshot(order=NEVER_READ | order, **row))
    assert "asked yet" not in sentences
    assert "The platform has not shown this order yet; it has been known since 2026-01-25 11:00:00 UTC" in sentences


def test_a_reference_without_an_answered_search_is_not_said_to_be_unsearched():
    order = Order(OrderKey("main", "number:1"), failures=2, failing_since=START - MINUTE)
    row = OrderRow(order, START - HOUR, START, due=START + MINUTE, waiting="api_unavailable")
    sentences = explained(Snapshot(START, row))
    assert "2 searches in a row have failed" in sentences
    assert "has not been searched" not in sentences
    assert "The platform has not answered a search for it yet." in sentences


def test_a_write_without_an_answer_is_not_said_to_be_sent_for_sure():
    sentences = explained(snapshot(writes=(Write(Stage.SHIPPED, {}, START),), due=START))
    assert "shipped was sent, or about to be, on 2026-01-25 12:00:00 UTC: no answer is known." in sentences


def test_a_write_that_was_not_sent_is_not_said_to_be_sent():
    write = Write(Stage.SHIPPED, {}, START, answered_at=START, outcome=WriteOutcome.NOT_SENT)
    sentences = explained(snapshot(writes=(write,), due=START))
    assert "shipped was announced on 2026-01-25 12:00:00 UTC, and not sent." in sentences
    assert "was sent" not in sentences


# --------------------------------------------------------------------------------------------------------------- counts


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


# ---------------------------------------------------------------------------------------------------- what is not known


def test_an_order_without_a_confirmed_stage_says_so():
    sentences = explained(snapshot(order={"stage": None, "status": "on its way"}, due=START))
    assert (
        "The platform showed “on its way” on 2026-01-25 11:59:00 UTC (1 min ago); no stage is confirmed." in sentences
    )


def test_an_order_that_was_cancelled_before_its_first_read_has_no_stage_to_confirm():
    cancelled = {"stage": None, "status": "cancelled", "closed": TerminalStatus.CANCELLED}
    sentences = explained(snapshot(order=cancelled, **SETTLED))
    assert "The platform showed “cancelled” on 2026-01-25 11:59:00 UTC (1 min ago).\n" in sentences
    assert "stage" not in sentences.partition("There is no event")[0]


# ---------------------------------------------------------------------------------------- what does not happen any more


@pytest.mark.parametrize("name", ["shipment.lost", "shipment.returned"])
def test_a_cancelled_order_does_not_ask_for_a_person_and_needs_nobody(name):
    cancelled = {"status": "cancelled", "closed": TerminalStatus.CANCELLED}
    sentences = explained(snapshot(an_event(name), order=cancelled, **SETTLED))
    assert "needs nobody, because the order is cancelled" in sentences
    assert "asks for a person" not in sentences
    assert "It needs nobody any more." in sentences


def test_a_cancelled_order_says_that_nothing_is_written_although_its_events_justify_a_step():
    cancelled = {"status": "cancelled", "closed": TerminalStatus.CANCELLED, "acknowledged": 1}
    sentences = explained(snapshot(an_event("shipment.picked_up"), order=cancelled, **SETTLED))
    assert "Together this justifies shipped." in sentences
    assert "Nothing is written to an order that is cancelled." in sentences
    assert "No further step is justified" not in sentences


def test_a_stopped_order_with_an_uncertain_write_is_not_said_to_be_read_again():
    sending = {"sending": Stage.SHIPPED, "sent_at": START - MINUTE}
    sentences = explained(snapshot(order=sending, stop="gave_up", stopped_at=START))
    assert "Nobody has the answer to the write of shipped" in sentences
    assert "is read again" not in sentences


def test_an_overdue_end_of_the_attempts_is_not_a_time_to_come():
    sentences = explained(snapshot(order={"failures": 9, "failing_since": START - 4 * DAY}, due=START))
    assert "one more failure stops it as gave_up" in sentences
    assert "2026-01-24" not in sentences


def test_the_end_of_the_attempts_is_the_earlier_of_two():
    order = {"failures": 9, "failing_since": START - 71 * HOUR - 30 * MINUTE, "missing_since": START}
    assert "from 2026-01-25 12:30:00 UTC on, one more failure stops it as gave_up" in explained(
        snapshot(order=order, due=START)
    )


def test_a_hold_postpones_the_end_of_the_attempts():
    held = (Hold("main", "credentials", START - HOUR),)
    sentences = explained(snapshot(order=FAILED_TWICE, due=START, held=held))
    assert "2 calls in a row have failed" in sentences
    assert "stops it as" not in sentences


# ------------------------------------------------------------------------------------------------------ any explanation

BROKEN = re.compile(
    r"\bNone\b(?! of)|none yet|“”|[:,;] ?[.;]|  |\.\.|\b1 (?:calls|searches|parcels|earlier writes)\b|(?<=of )1 parcels"
)
"""Traces of an empty value, and plural words for one thing."""


@given(snapshots(), policies())
def test_no_explanation_names_two_waiting_times_or_one_that_has_passed(seen, policy):
    explanation = explain(seen, policy)
    times = waiting_times(text(explanation))
    assert len(times) <= 1
    assert all(time > moment(START) for time in times)
    assert not (times and (explanation.needs_person or explanation.state in {State.CLOSED, State.SETTLED}))


@given(snapshots(), policies())
def test_no_explanation_contradicts_itself(seen, policy):
    sentences = explained(seen, policy)
    assert not re.search("not been (?:asked|searched)|never (?:asked|searched)", sentences)
    assert not ("needs nobody" in sentences and "asks for a person" in sentences)
    assert not ("Nothing is sent" in sentences and "is to be asked" in sentences)
    assert not ("Nothing was ever written" in sentences and "Our last confirmed write" in sentences)
    if seen.writes and all(write.outcome == WriteOutcome.NOT_SENT for write in seen.writes):
        assert "was sent" not in sentences


@given(snapshots(), policies())
def test_every_explanation_is_whole_sentences_under_each_heading(seen, policy):
    explanation = explain(seen, policy)
    assert all((explanation.position, explanation.evidence, explanation.plan, explanation.next_steps))
    assert all(sentence.endswith((".", "…")) for sentence in text(explanation).split("\n"))
    assert not BROKEN.search(text(explanation))
