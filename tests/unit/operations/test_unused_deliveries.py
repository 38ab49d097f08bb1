"""Quarantined and stale deliveries that name an order are a part of its explanation, with what would let them in."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, snapshot
from worker.domain.instants import HOUR, MINUTE
from worker.domain.overview.snapshot import RefusedDeliveries, Snapshot, UnusedDelivery
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.operations.explain.answer import Actor
from worker.operations.explain.explanation import Explanation, explain
from worker.operations.explain.today import UNKNOWN, TodaysSettings

NOT_ALLOWED = UnusedDelivery(7, "north", START - MINUTE, "quarantined", "not_allowed", "order.shipped")
STALE = UnusedDelivery(8, "north", START - MINUTE, "stale", "")
ACCEPTED = snapshot(order={"staged_at": START - HOUR}, **SETTLED)


def explanation_with(
    *unused: UnusedDelivery, seen: Snapshot = ACCEPTED, settings: TodaysSettings = UNKNOWN
) -> Explanation:
    return explain(replace(seen, unused=unused), AT_ONCE, settings)


def test_an_order_at_rest_whose_news_was_quarantined_needs_a_person_who_is_told_the_setting():
    explanation = explanation_with(NOT_ALLOWED)
    answer = explanation.answer
    assert (answer.who, answer.cause, answer.since) == (Actor.OPERATOR, "not_allowed", START - MINUTE)
    assert answer.why.startswith(
        "Delivery 7 of north about it is quarantined as not_allowed: order.shipped. Add this event to `allow` of"
        " [sources.north]; restart the receiver, and replay it."
    )
    assert answer.command == "fulfillment deliveries replay 7"
    assert not explanation.is_at_rest


def test_a_delivery_that_todays_settings_let_in_needs_only_a_replay():
    answer = explanation_with(NOT_ALLOWED, settings=TodaysSettings(usable=[7])).answer
    assert "By today's settings it can be used: replay it." in answer.why
    assert "`allow`" not in answer.why


def test_a_stale_delivery_names_the_settings_of_time():
    answer = explanation_with(STALE).answer
    assert "too old or too new for its time" in answer.why
    assert "Widen `tolerance` of [sources.north], or set its `stale` to accept" in answer.why
    assert answer.command == "fulfillment deliveries replay 8"


@pytest.mark.parametrize("reason", QuarantineReason)
def test_every_reason_of_a_quarantine_has_something_to_do(reason: QuarantineReason):
    (sentence, remedy, replay) = explanation_with(replace(NOT_ALLOWED, reason=reason)).next_steps[-3:]
    assert f"is quarantined as {reason}" in sentence
    assert remedy.endswith("; restart the receiver, and replay it.")
    assert replay == "To take in what can be read now: fulfillment deliveries replay 7"


def test_a_reason_of_a_newer_version_has_something_to_do():
    assert (
        "Ask the courier for a body that can be read"
        in explanation_with(replace(NOT_ALLOWED, reason="a_newer_word")).answer.why
    )


def test_deliveries_for_one_reason_are_one_sentence_and_one_command():
    others = [replace(NOT_ALLOWED, id=number, received_at=START - HOUR) for number in (1, 2)]
    steps = explanation_with(NOT_ALLOWED, *others).next_steps
    assert (
        "3 deliveries of north about it are quarantined as not_allowed: order.shipped, the latest of 2026-01-25"
        " 11:59:00 UTC (1 min ago)." in steps
    )
    assert steps[-1].endswith(": fulfillment deliveries replay --source north --reason not_allowed")
    stale = [replace(STALE, id=number) for number in (1, 2)]
    assert explanation_with(*stale).answer.command == "fulfillment deliveries replay --source north --outcome stale"


def test_a_delivery_that_nobody_can_use_and_an_older_one_ask_for_nobody():
    replayed = replace(NOT_ALLOWED, replayed_at=START)
    explanation = explanation_with(replayed)
    assert explanation.answer.who is Actor.COURIER
    assert "A replay has changed nothing about it, and would not now." in explanation.next_steps
    later = an_event("shipment.created", source="north", received_at=START)
    assert explanation_with(NOT_ALLOWED, seen=snapshot(later, **SETTLED)).answer.who is Actor.COURIER


def test_the_answer_about_a_stopped_order_is_its_stop_and_the_deliveries_are_evidence():
    stopped = snapshot(stop="refused", stopped_at=START)
    explanation = explanation_with(NOT_ALLOWED, seen=stopped)
    assert explanation.answer.cause == "refused"
    assert any("not_allowed" in sentence for sentence in explanation.next_steps)
    assert explanation.facts.unused == (NOT_ALLOWED,)


@pytest.mark.parametrize(
    ("carrier", "who", "command"),
    [
        ("", "nobody carries it", "fulfillment orders assign main/1 south --reason <why>"),
        ("north", "north carries it", "fulfillment orders assign main/1 south --reason <why>"),
        (
            "south",
            "south carries the order now: replay them.",
            f"fulfillment deliveries replay --source south --reason {QuarantineReason.NOT_YOUR_ORDER}",
        ),
    ],
)
def test_an_order_at_rest_whose_courier_is_not_its_carrier_needs_a_person(carrier: str, who: str, command: str):
    seen = snapshot(order={"carrier": carrier, "carrier_by": carrier}, **SETTLED)
    refused = RefusedDeliveries("south", 2, START, open_at=START)
    answer = explain(replace(seen, refused=(refused,)), AT_ONCE).answer
    assert (answer.who, answer.cause, answer.command) == (Actor.OPERATOR, "not_your_order", command)
    assert who in answer.why
    in_vain = replace(refused, open_at=None)
    assert explain(replace(seen, refused=(in_vain,)), AT_ONCE).answer.who is Actor.COURIER


def test_the_document_has_the_deliveries_with_what_a_replay_would_do():
    document = explanation_with(NOT_ALLOWED, settings=TodaysSettings(usable=[7])).document()
    facts = document["facts"]
    assert isinstance(facts, dict)
    assert facts["unused"] == [
        {
            "id": 7,
            "source": "north",
            "received_at": "2026-01-25T11:59:00.000000Z",
            "outcome": str(DeliveryOutcome.QUARANTINED),
            "reason": "not_allowed",
            "detail": "order.shipped",
            "replayed_at": None,
            "usable": True,
        }
    ]
