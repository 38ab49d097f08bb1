"""No explanation contradicts itself."""

import re

import pytest
from hypothesis import given

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.generated_snapshots import policies, snapshots
from tests.support.snapshots import SETTLED, explained, snapshot
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import Hold, OrderRow, Snapshot, Write
from worker.domain.reasons import WriteOutcome
from worker.domain.stages import Stage, TerminalStatus

NEVER_READ = {"stage": None, "status": "", "read_at": None}
FAILED_TWICE = {"failures": 2, "failing_since": START - MINUTE}


@pytest.mark.parametrize(
    ("order", "row"),
    [
        (FAILED_TWICE, {"due": START + MINUTE, "waiting": "api_unavailable"}),
        ({}, {"stop": "refused", "stop_detail": "HTTP 400", "stopped_at": START}),
        ({}, {"due": START, "held": (Hold("main", "rate_limited", START, START + HOUR, "HTTP 429"),)}),
    ],
)
def test_the_explanation_of_an_unread_order_does_not_claim_that_nobody_asked(order, row):
    sentences = explained(snapshot(order=NEVER_READ | order, **row))
    assert "asked yet" not in sentences
    assert "The platform has not shown this order yet; it has been known since 2026-01-25 11:00:00 UTC" in sentences


def test_the_explanation_of_an_unanswered_search_does_not_claim_that_nobody_searched():
    order = Order(OrderKey("main", "number:1"), failures=2, failing_since=START - MINUTE)
    row = OrderRow(order, START - HOUR, START, due=START + MINUTE, waiting="api_unavailable")
    sentences = explained(Snapshot(START, row))
    assert "2 searches in a row have led to no order" in sentences
    assert "has not been searched" not in sentences
    assert "The platform has not answered a search for it yet." in sentences


def test_a_write_without_an_answer_may_not_have_been_sent():
    sentences = explained(snapshot(writes=(Write(Stage.SHIPPED, {}, START),), due=START))
    assert "shipped was sent, or about to be, on 2026-01-25 12:00:00 UTC: no answer is known." in sentences


def test_a_write_that_was_not_sent_is_not_said_to_be_sent():
    write = Write(Stage.SHIPPED, {}, START, answered_at=START, outcome=WriteOutcome.NOT_SENT)
    sentences = explained(snapshot(writes=(write,), due=START))
    assert "shipped was announced on 2026-01-25 12:00:00 UTC, and not sent." in sentences
    assert "was sent" not in sentences


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


@pytest.mark.parametrize("name", ["shipment.lost", "shipment.returned"])
def test_a_cancelled_order_does_not_ask_for_a_person_and_needs_nobody(name):
    cancelled = {"status": "cancelled", "closed": TerminalStatus.CANCELLED}
    sentences = explained(snapshot(an_event(name), order=cancelled, **SETTLED))
    assert "needs nobody, because the order is cancelled" in sentences
    assert "asks for a person" not in sentences
    assert "Nothing is left to do." in sentences


def test_a_cancelled_order_says_that_nothing_is_written_although_its_events_justify_a_step():
    cancelled = {"status": "cancelled", "closed": TerminalStatus.CANCELLED, "acknowledged": 1}
    sentences = explained(snapshot(an_event("shipment.picked_up"), order=cancelled, **SETTLED))
    assert "Together this justifies shipped." in sentences
    assert "Nothing is written to an order that is cancelled." in sentences
    assert "No further step is justified" not in sentences


def test_a_stopped_order_with_an_uncertain_write_is_not_said_to_be_read_again():
    sending = {"sending": Stage.SHIPPED, "sent_at": START - MINUTE}
    sentences = explained(snapshot(order=sending, stop="gave_up", stopped_at=START))
    assert "There is no answer to the write of shipped" in sentences
    assert "is read again" not in sentences


@given(snapshots(), policies())
def test_no_explanation_contradicts_itself(seen, policy):
    sentences = explained(seen, policy)
    assert not re.search("not been (?:asked|searched)|never (?:asked|searched)", sentences)
    assert not ("needs nobody" in sentences and "asks for a person" in sentences)
    assert not ("Nothing is sent" in sentences and "is to be asked" in sentences)
    assert not ("Nothing was ever written" in sentences and "Our last confirmed write" in sentences)
    if seen.writes and all(write.outcome == WriteOutcome.NOT_SENT for write in seen.writes):
        assert "was sent" not in sentences
