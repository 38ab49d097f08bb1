"""The answer in three lines: who acts next and when, why, and the command to type."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, explained, snapshot
from worker.domain.accounts.call_usage import CallUsage
from worker.domain.accounts.workers import Service
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.overview.figures import Refusals
from worker.domain.overview.snapshot import AuditEntry, Hold, Snapshot
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, AuditAction, RefusalReason, StopReason, WaitReason
from worker.domain.refusals import RefusalCount
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.explain.answer import NOTHING_TO_TYPE, Actor, Answer
from worker.operations.explain.explanation import explain
from worker.operations.explain.stopped import CLOSES, FIRST
from worker.operations.explain.today import UNKNOWN, TodaysSettings

PENDING = {"stage": Stage.PENDING, "status": "pending", "staged_at": START - HOUR}
ACCEPTED = {"staged_at": START - HOUR}
SHIPPED = {"stage": Stage.SHIPPED, "status": "shipped", "staged_at": START - HOUR}
AN_HOUR_AGO = "2026-01-25 11:00:00 UTC (1 h ago)"
IN_AN_HOUR = "2026-01-25 13:00:00 UTC (in 1 h)"
REFUSED: dict[str, Any] = {"stop": "refused", "stop_detail": "HTTP 422: Branch is closed", "stopped_at": START - HOUR}
RETRY = "fulfillment orders retry main/1 --reason <why>"
RELEASE = "fulfillment orders release main/1 --reason <why>"


def answer(seen: Snapshot, policy: Policy = AT_ONCE, settings: TodaysSettings = UNKNOWN) -> Answer:
    return explain(seen, policy, settings).answer


def test_a_stopped_order_names_the_person_the_platforms_words_and_the_command():
    assert answer(snapshot(**REFUSED)).lines == (
        f"You act next: it has waited since {AN_HOUR_AGO}.",
        f"refused, HTTP 422: Branch is closed. {FIRST[StopReason.REFUSED]}",
        RELEASE,
    )


@pytest.mark.parametrize("stop", StopReason)
def test_every_stop_has_one_thing_to_do_and_one_command(stop: StopReason):
    said = answer(snapshot(stop=str(stop), stopped_at=START))
    assert (said.who, said.cause, said.since) == (Actor.OPERATOR, stop, START)
    assert said.why == f"{stop}. {FIRST[stop]}"
    act = "close" if stop in CLOSES else "release"
    assert said.command == f"fulfillment orders {act} main/1 --reason <why>"


def test_the_words_of_a_newer_version_get_an_answer():
    assert "Look at the order at the platform." in answer(snapshot(stop="a_newer_word", stopped_at=START)).why
    held = answer(snapshot(due=START, held=(Hold("main", "a_newer_word", START),)))
    assert (held.who, held.command) == (Actor.PLATFORM, "")


def test_an_order_name_is_quoted_for_a_shell():
    seen = snapshot(**REFUSED)
    odd = replace(seen.order, key=seen.order.key._replace(order_id="1 $(x)"))
    said = answer(replace(seen, row=replace(seen.row, order=odd)))
    assert said.command == "fulfillment orders release 'main/1 $(x)' --reason <why>"


def test_a_second_stop_for_the_same_reason_names_who_lifted_the_first_one():
    log = (
        AuditEntry(START - DAY, AuditAction.RELEASED, "conflict: another thing"),
        AuditEntry(START - HOUR, AuditAction.RELEASED, "refused: the branch is open again (sara)"),
    )
    seen = replace(snapshot(**REFUSED), audit_log=log)
    again = f"It has stopped for this again: it was released on {AN_HOUR_AGO}: the branch is open again (sara)."
    assert again in answer(seen).why
    assert again in explained(seen)
    assert "again" not in answer(replace(seen, audit_log=log[:1])).why
    (before,) = [explain(seen, AT_ONCE).facts.stopped_before]
    assert before == log[1]


def test_a_stopped_order_of_a_held_account_says_that_a_release_is_not_enough():
    held = answer(snapshot(**REFUSED, held=(Hold("main", "credentials", START),)))
    assert held.why.endswith("After that, it waits for its account, which is held: credentials.")


@pytest.mark.parametrize(
    ("order", "policy", "who", "why", "command"),
    [
        (PENDING, Policy(), Actor.CUSTOMER, f"Pending since {AN_HOUR_AGO}; it waits for its payment.", ""),
        (
            PENDING,
            Policy(accept=Accept.MANUAL),
            Actor.OPERATOR,
            f"Pending since {AN_HOUR_AGO}; a person accepts it: `accept` is manual.",
            "fulfillment orders advance main/1 --to accepted --reason <why>",
        ),
        (ACCEPTED, Policy(), Actor.COURIER, f"Accepted since {AN_HOUR_AGO}; it waits for the pick-up.", ""),
        (SHIPPED, Policy(), Actor.COURIER, f"Shipped since {AN_HOUR_AGO}; it waits for the delivery.", ""),
        (
            SHIPPED,
            Policy(deliver_within=MINUTE),
            Actor.COURIER,
            f"Shipped since {AN_HOUR_AGO}; it waits for the delivery. It is late: ask the courier.",
            "",
        ),
    ],
)
def test_a_settled_order_says_what_it_waits_for_and_since_when(
    order: dict[str, Any], policy: Policy, who: Actor, why: str, command: str
):
    said = answer(snapshot(order=order, **SETTLED), policy)
    assert (said.who, said.why, said.command, said.since) == (who, why, command, START - HOUR)
    assert said.at is None


def test_a_shipped_order_names_the_parcels_that_have_not_arrived():
    events = [an_event("shipment.picked_up", f"TRK{number}") for number in range(5)]
    assert (
        "it waits for the delivery of TRK0, TRK1, TRK2 and others."
        in answer(snapshot(*events, order=SHIPPED, **SETTLED)).why
    )
    one = [an_event("shipment.delivered", "A"), an_event("shipment.picked_up", "B")]
    assert "1 of 2 parcels has arrived: A has; B has not." in answer(snapshot(*one, order=SHIPPED, **SETTLED)).why


def test_an_order_that_waits_for_a_parcel_waits_for_the_courier_until_a_person_decides():
    events = [an_event("shipment.delivered", "A"), an_event("shipment.picked_up", "B")]
    said = answer(snapshot(*events, order=SHIPPED, due=START + HOUR, waiting="parcels"))
    assert (said.who, said.at) == (Actor.COURIER, START + HOUR)
    assert said.sentence == f"The courier acts next; without news, a person decides after {IN_AN_HOUR}."
    assert said.why == "parcels: 1 of 2 parcels has arrived: A has; B has not."


@pytest.mark.parametrize(
    ("order", "log", "why"),
    [
        (
            {"stage": Stage.COMPLETED, "closed": Stage.COMPLETED, "closed_at": START - HOUR},
            (),
            f"It has been completed since {AN_HOUR_AGO}.",
        ),
        ({"closed": TerminalStatus.CANCELLED}, (), "It is cancelled."),
        (
            {"closed_by_operator": 1},
            (AuditEntry(START - HOUR, AuditAction.CLOSED_BY_OPERATOR, "a test order (sara)"),),
            f"An operator closed it on {AN_HOUR_AGO}: a test order (sara).",
        ),
        ({"closed_by_operator": 1}, (), "An operator has closed it."),
    ],
)
def test_a_closed_order_says_that_nothing_is_left_to_do_and_why(
    order: dict[str, Any], log: tuple[AuditEntry, ...], why: str
):
    said = answer(replace(snapshot(order=order, **SETTLED), audit_log=log))
    assert said.lines == ("Nobody acts next: nothing is left to do.", why, NOTHING_TO_TYPE)


def test_an_order_with_an_unnoticed_step_asks_for_a_report_and_a_retry():
    orphan = snapshot(an_event("order.shipped"), **SETTLED)
    assert (answer(orphan).cause, answer(orphan).command) == ("orphaned", RETRY)
    missed = snapshot(an_event("shipment.lost"), order={"closed_by_operator": 1, "revision": 2}, **SETTLED)
    assert answer(missed).command == RELEASE


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"due": START + HOUR, "waiting": "settle"}, f"A worker acts next: it is due on {IN_AN_HOUR}."),
        ({"due": START}, "A worker acts next: it has been due since 2026-01-25 12:00:00 UTC (just now)."),
        ({"due": START, "lease_until": START + MINUTE}, "A worker acts now."),
    ],
)
def test_a_worker_acts_next_if_one_runs(row: dict[str, Any], sentence: str):
    said = answer(snapshot(**row))
    assert (said.who, said.sentence, said.command) == (Actor.WORKER, sentence, "")


def test_an_order_that_is_due_for_long_although_a_worker_runs_leads_to_the_doctor():
    said = answer(snapshot(due=START - HOUR))
    assert (said.who, said.command) == (Actor.WORKER, "fulfillment doctor")


@pytest.mark.parametrize("row", [{"due": START - HOUR}, {"due": START + HOUR, "waiting": "settle"}])
def test_without_a_worker_a_person_starts_one(row: dict[str, Any]):
    seen = replace(snapshot(**row), service=Service.NO_WORKER)
    said = answer(seen, settings=TodaysSettings(start="fulfillment up"))
    assert (said.who, said.command) == (Actor.OPERATOR, "fulfillment up")
    assert said.why.startswith("No worker runs.")
    assert said.sentence.startswith("You act next: it ")


@pytest.mark.parametrize(
    ("has_account", "remedy"), [(True, "Restart the workers."), (False, "The settings have no account main.")]
)
def test_without_a_worker_of_the_account_a_person_gives_it_one(has_account: bool, remedy: str):
    seen = replace(snapshot(due=START - HOUR), service=Service.NOT_SERVED)
    said = answer(seen, settings=TodaysSettings(has_account=has_account))
    assert (said.who, said.command) == (Actor.OPERATOR, "fulfillment doctor")
    assert said.why.startswith(f"No running worker serves the account main. {remedy}")


def test_the_last_result_of_a_worker_that_died_is_named():
    assert "ended without a result" in answer(snapshot(due=START, lease_until=START - 1)).why


def refusals(source: str, age: int = MINUTE, stored_at: int | None = None) -> Refusals:
    count = RefusalCount(source, "", RefusalReason.BAD_SIGNATURE, 3, START - age)
    return Refusals(source, (count,), stored_at, is_all=stored_at is None)


def test_an_order_that_waits_for_a_courier_says_what_is_wrong_with_the_requests_of_its_courier():
    asked = TodaysSettings(refusals=(refusals("oto"), refusals("courier")))
    said = answer(snapshot(order={**SHIPPED, "carrier": "courier"}, **SETTLED), settings=asked)
    assert (said.who, said.command) == (Actor.COURIER, "")
    assert "Of courier, 3 requests were refused, the last one 1 min ago: 3 with a signature" in said.why
    assert "`fulfillment sources show courier`" in said.why
    assert "oto" not in said.why


@pytest.mark.parametrize("found", [refusals("courier", age=2 * DAY), refusals("courier", stored_at=START)])
def test_requests_that_were_refused_long_ago_or_before_an_authentic_one_are_not_named(found: Refusals):
    seen = snapshot(order=SHIPPED, **SETTLED)
    assert "refused" not in answer(seen, settings=TodaysSettings(refusals=(found,))).why


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (CallUsage(9, 10), "Of the 10 calls a minute of main, 9 are used, so its orders take turns."),
        (
            CallUsage(0, closed_for=20 * SECOND),
            "The platform of main wants no call for 20 s, so its orders take turns.",
        ),
    ],
)
def test_an_order_that_is_due_for_long_waits_for_calls_if_they_are_used_up(usage: CallUsage, said: str):
    found = answer(snapshot(due=START - HOUR), settings=TodaysSettings(usage=usage))
    assert (found.who, found.cause, found.command) == (Actor.WORKER, WaitReason.BUDGET, "")
    assert said in found.why
    plenty = answer(snapshot(due=START - HOUR), settings=TodaysSettings(usage=CallUsage(5, 10)))
    assert (plenty.cause, plenty.command) == ("", "fulfillment doctor")
