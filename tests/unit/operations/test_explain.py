"""Why an order is where it is, in sentences: its events, its plan, its writes, and what happens next."""

import json
from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, explained, snapshot
from worker.domain.accounts.workers import Service
from worker.domain.instants import HOUR, MINUTE
from worker.domain.overview.snapshot import Hold, State, Write
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, WriteOutcome
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.explain.explanation import explain

HELD = Hold("main", "credentials", START - HOUR)
PAUSED = Hold("main", "rate_limited", START, START + HOUR)
BACK_OFF = {"due": START + HOUR, "not_before": START + HOUR, "waiting": "conflict"}
REFUSED = {"stop": "refused", "stop_detail": "HTTP 422", "stopped_at": START}
COMPLETE_AFTER_A_DAY = Policy(complete_after=24 * HOUR)


def test_an_order_that_was_never_read_says_so():
    sentences = explained(
        snapshot(an_event("order.shipped"), order={"stage": None, "status": "", "read_at": None}, due=START)
    )
    assert "The platform has not shown this order yet" in sentences
    assert "the order is read first" in sentences


def test_the_steps_ahead_are_named_and_the_inferred_ones_marked():
    sentences = explained(snapshot(an_event("shipment.delivered", at=START - HOUR), due=START), COMPLETE_AFTER_A_DAY)
    assert "shipment.delivered from courier, of 2026-01-25 11:00:00 UTC, says delivered." in sentences
    assert "this justifies delivered; no event names shipped, which is inferred" in sentences
    assert "asked for shipped (inferred), then delivered;" in sentences
    assert "it is completed on 2026-01-26 12:00:00 UTC (complete_after)" in sentences


def test_parcels_are_counted():
    sentences = explained(
        snapshot(an_event("shipment.created", "A", parcels=2), an_event("shipment.delivered", "A"), **SETTLED)
    )
    assert "1 of 2 parcels has arrived." in sentences
    assert "The known tracking number is A." in sentences
    assert "this justifies shipped" in sentences


def test_events_of_one_kind_share_a_sentence_with_the_latest_time():
    scans = (an_event("shipment.in_transit", at=START - HOUR), an_event("shipment.in_transit", at=START))
    assert "2 × shipment.in_transit from courier, the last of 2026-01-25 12:00:00 UTC, says shipped." in explained(
        snapshot(*scans)
    )


@pytest.mark.parametrize(
    ("accept", "sentence"),
    [(Accept.PAID, "once the platform shows it as paid"), (Accept.MANUAL, "is accepted by a person")],
)
def test_a_pending_order_says_how_it_is_accepted(accept, sentence):
    seen = snapshot(order={"stage": Stage.PENDING, "status": "pending"}, **SETTLED)
    assert sentence in explained(seen, Policy(accept=accept))


def test_a_pending_order_whose_payment_only_the_platform_knows_is_not_said_to_have_no_step():
    for row in (SETTLED, {"due": START}):
        seen = snapshot(order={"stage": Stage.PENDING, "status": "pending"}, **row)
        assert "Whether it is paid is not in the database: the next read tells." in explained(
            seen, Policy(accept=Accept.PAID)
        )
        assert "No further step" not in explained(seen, Policy(accept=Accept.PAID))
        assert "No further step is justified now." in explained(seen, Policy(accept=Accept.MANUAL))


def test_a_write_without_an_answer_is_uncertain():
    sending = {"sending": Stage.SHIPPED, "sent_at": START - MINUTE}
    sentences = explained(snapshot(an_event("shipment.picked_up"), order=sending, due=START))
    assert "There is no answer to the write of shipped" in sentences
    assert "at most the same step is repeated" in sentences


def test_failures_are_counted_with_the_time_at_which_they_end_in_a_stop():
    sentences = explained(snapshot(order={"failures": 3, "failing_since": START - HOUR}, due=START + MINUTE))
    assert "3 calls in a row have failed since 2026-01-25 11:00:00 UTC (1 h ago)" in sentences
    assert "from 2026-01-28 11:00:00 UTC on, one more failure stops the order as gave_up" in sentences


def test_an_order_that_the_platform_does_not_know_has_an_hour():
    missing = {"failures": 1, "failing_since": START, "missing_since": START}
    sentences = explained(snapshot(order=missing, due=START))
    assert "from 2026-01-25 13:00:00 UTC on, one more failure stops the order as unknown_order" in sentences


def test_the_explanation_of_a_stopped_order_announces_no_stop():
    missing = {"failures": 6, "failing_since": START - HOUR, "missing_since": START - HOUR}
    sentences = explained(snapshot(order=missing, stop="unknown_order", stopped_at=START))
    assert "6 calls in a row have failed since 2026-01-25 11:00:00 UTC (1 h ago)." in sentences
    assert "stops the order as" not in sentences


@pytest.mark.parametrize(
    ("name", "acknowledged", "meaning"),
    [
        ("shipment.lost", 0, "asks for a person"),
        ("shipment.lost", 1, "was acknowledged by an operator"),
        ("shipment.cancelled", 0, "moves nothing by itself"),
    ],
)
def test_an_alarm_an_acknowledged_alarm_and_another_event_have_different_meanings(name, acknowledged, meaning):
    assert meaning in explained(snapshot(an_event(name), order={"acknowledged": acknowledged}, due=START))


def test_the_latest_writes_are_shown_with_their_answers():
    writes = tuple(
        Write(Stage.SHIPPED, {}, START, answered_at=START, outcome=WriteOutcome.FAILED, answer="HTTP 500")
        for _ in range(7)
    )
    sentences = explained(snapshot(writes=writes, due=START))
    assert "2 earlier writes are left out" in sentences
    assert sentences.count("shipped was sent on 2026-01-25 12:00:00 UTC: failed after 0 ms: HTTP 500.") == 5


@pytest.mark.parametrize(
    ("row", "state", "reason", "sentence"),
    [
        ({"due": START - 5}, State.DUE, "", "a worker takes it next"),
        ({"due": START - HOUR}, State.DUE, "", "That is long: see `fulfillment doctor`."),
        ({"due": START, "lease_until": START + MINUTE}, State.LEASED, "", "lease ends 2026-01-25 12:01:00 UTC (in 1 m"),
        ({"due": START, "lease_until": START - 1}, State.DUE, "", "ended without a result"),
        ({"due": START + MINUTE, "waiting": "settle"}, State.WAITING, "settle", "may still apply an earlier write"),
        (BACK_OFF, State.WAITING, "conflict", "`fulfillment orders retry main/1` does"),
        ({"due": START, "held": (HELD,)}, State.HELD, "credentials", "until the hold is lifted"),
        (
            {"due": START, "held": (PAUSED,)},
            State.HELD,
            "rate_limited",
            "(in 1 h); then it is due.",
        ),
        (REFUSED, State.STOPPED, "refused", "refused, HTTP 422"),
        (SETTLED, State.SETTLED, "", "It has the stage that its events justify"),
    ],
)
def test_every_state_says_whom_the_order_waits_for_and_until_when(row, state, reason, sentence):
    explanation = explain(snapshot(**row), AT_ONCE)
    assert (explanation.state, explanation.reason) == (state, reason)
    assert sentence in " ".join(explanation.next_steps)
    assert explanation.needs_person is (state is State.STOPPED)


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        (Service.SERVED, "a worker takes it next"),
        (Service.NOT_SERVED, "but no running worker serves the account main"),
        (Service.NO_WORKER, "but no worker runs"),
    ],
)
def test_a_due_order_says_whether_a_worker_takes_it(service, sentence):
    seen = replace(snapshot(due=START - HOUR), service=service)
    sentences = " ".join(explain(seen, AT_ONCE).next_steps)
    assert sentence in sentences
    assert ("That is long" in sentences) is (service is Service.SERVED)


def test_a_closed_order_needs_nobody():
    explanation = explain(
        snapshot(order={"closed": TerminalStatus.CANCELLED, "status": "cancelled"}, **SETTLED), AT_ONCE
    )
    assert (explanation.state, explanation.reason) == (State.CLOSED, "cancelled")
    assert explanation.next_steps == ("Nothing is left to do.",)


def test_the_plan_of_an_order_with_an_alarm_is_a_stop():
    assert "it will be stopped: shipment_lost" in explained(snapshot(an_event("shipment.lost"), due=START))


def test_the_keys_of_the_json_document_are_a_contract():
    document = explain(snapshot(an_event("order.shipped"), due=START), AT_ONCE).document()
    assert list(document) == [
        "account", "order", "order_key", "answer", "commands", "facts", "state", "reason", "stage", "target", "due",
        "late", "needs_person", "position", "evidence", "plan", "writes", "next_steps",
    ]  # fmt: skip
    assert json.loads(json.dumps(document))["due"] == "2026-01-25T12:00:00.000000Z"


def test_the_target_is_the_furthest_stage_that_is_justified():
    assert explain(snapshot(an_event("shipment.picked_up"), due=START), AT_ONCE).target is Stage.SHIPPED
    assert explain(snapshot(an_event("shipment.delivered"), due=START), AT_ONCE).target is Stage.COMPLETED
    assert explain(snapshot(an_event("shipment.delivered"), due=START), COMPLETE_AFTER_A_DAY).target is Stage.DELIVERED


def test_a_wait_for_dry_run_is_explained_by_the_settings_of_today():
    waits = snapshot(an_event("order.shipped"), due=START + HOUR, waiting="dry_run", waiting_detail="the next step")
    still = explained(waits, Policy(dry_run=True))
    assert "By the rules, it waits: dry_run, the next step would be shipped." in still
    assert "The account is in `dry_run`: steps are decided, but no write is sent." in still
    over = explained(waits, Policy())
    assert "The platform is to be asked for shipped." in over
    assert "which the settings do not have any more" in over
    assert "Restart the workers: their next start takes it at once." in over
    assert "orders retry" not in over, "a worker that runs has the settings of its start"
    assert "steps are decided, but no write is sent" not in over


def test_an_order_that_is_due_is_explained_by_a_dry_run_that_is_new_in_the_settings():
    due = snapshot(an_event("order.shipped"), due=START)
    assert "it waits until 2026-01-25 13:00:00 UTC: dry_run" in explained(due, Policy(dry_run=True))
    assert "dry_run" not in explained(due, Policy())
