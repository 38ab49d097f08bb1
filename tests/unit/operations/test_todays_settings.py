"""What a worker decided by earlier settings is compared with today's, and with the start of the workers."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, snapshot, text
from worker.domain.instants import DAY, HOUR, MINUTE, Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.stages import Stage
from worker.operations.explain.answer import Actor
from worker.operations.explain.explanation import explain
from worker.operations.explain.today import UNKNOWN, TodaysSettings

RETRY = "fulfillment orders retry main/1 --reason <why>"
DELIVERED = {"stage": Stage.DELIVERED, "status": "delivered", "delivered_at": START - HOUR}
PENDING = snapshot(order={"stage": Stage.PENDING, "status": "pending"}, **SETTLED)


def said(seen: Snapshot, policy: Policy = AT_ONCE, settings: TodaysSettings = UNKNOWN) -> str:
    explanation = explain(seen, policy, settings)
    return "\n".join([*explanation.answer.lines, text(explanation)])


def test_a_status_that_is_known_by_now_needs_only_a_release():
    seen = snapshot(order={"status": "packed"}, stop="unknown_status", stop_detail="“packed”", stopped_at=START)
    assert "Say in the account's `statuses`" in said(seen, settings=TodaysSettings(statuses=["accepted"]))
    known = said(seen, settings=TodaysSettings(statuses=["packed"]))
    assert "Today's settings know this status. Restart the workers, if they began before" in known
    assert "Today's settings know the status “packed”." in known
    assert "Say in the account's" not in known.split("Where")[0].split("\n")[1]


@pytest.mark.parametrize(
    ("changed_at", "since", "sentence"),
    [
        (START - MINUTE, START - HOUR, "Restart the workers: they began before the settings were changed."),
        (START - HOUR, START - MINUTE, ""),
        (None, START - MINUTE, "Restart the workers, if they began before the settings were changed."),
        (START, None, "Restart the workers, if they began before the settings were changed."),
    ],
)
def test_a_restart_is_advised_only_if_it_may_help(changed_at: Instant | None, since: Instant | None, sentence: str):
    over = replace(snapshot(due=START + HOUR, waiting="dry_run"), serving_since=since)
    explanation = explain(over, AT_ONCE, TodaysSettings(changed_at=changed_at))
    assert sentence in explanation.answer.why
    assert ("Restart" in explanation.answer.why) is bool(sentence)
    assert explanation.answer.who is (Actor.OPERATOR if sentence else Actor.WORKER)


def test_an_order_that_waits_for_a_dry_run_that_goes_on_needs_nobody():
    waits = snapshot(an_event("order.shipped"), due=START + HOUR, waiting="dry_run")
    answer = explain(waits, Policy(dry_run=True)).answer
    assert (answer.who, answer.at, answer.command) == (Actor.WORKER, START + HOUR, "")


def test_an_order_whose_account_accepts_orders_since_today_is_no_defect():
    today = Policy(accept=Accept.ALWAYS)
    explanation = explain(PENDING, today)
    assert (explanation.reason, explanation.needs_person, explanation.answer.command) == ("", False, RETRY)
    assert "Today's settings accept orders at once" in explanation.answer.why
    assert "Today's settings accept orders at once: `accept` is always. It was reconciled before." in said(
        PENDING, today
    )


def test_a_completion_that_comes_earlier_by_todays_settings_can_be_had_now():
    waits = snapshot(order=DELIVERED, due=START + DAY, waiting="complete_after")
    answer = explain(waits, Policy(complete_after=2 * HOUR)).answer
    assert (answer.command, answer.at) == (RETRY, START + DAY)
    assert "Today's `complete_after` is shorter: 2 h." in answer.why
    assert not explain(waits, Policy(complete_after=DAY + HOUR)).answer.command


def test_a_step_that_may_fail_for_longer_today_is_named():
    failed = {"failing_since": START - HOUR, "failures": 9}
    seen = snapshot(order=failed, stop="gave_up", stopped_at=START)
    assert "Today's settings let a step fail for longer: `retry_for` is 3 d." in said(seen)
    assert "fail for longer" not in said(seen, Policy(retry_for=MINUTE))


def test_an_account_that_has_left_the_settings_is_named():
    sentence = "The settings have no account main: no worker takes its orders."
    assert sentence in said(PENDING, settings=TodaysSettings(has_account=False))
    assert sentence not in said(PENDING)
