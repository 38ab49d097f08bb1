"""How `doctor` judges the figures of the database."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import Backlog, BacklogKind, FarAhead, Health, Integrity
from worker.domain.policy import Policy
from worker.domain.reasons import Discrepancy
from worker.operations.advice import advise_on_hold
from worker.operations.doctor.checks import Check, Diagnosis, Verdict, diagnose
from worker.operations.doctor.doctor import judge

MAX_AGE = HOUR
ACCOUNTS = {"main": Policy(), "dry": Policy(dry_run=True)}
GOOD = Integrity()


def problems(*backlogs: Backlog, integrity: Integrity | None = GOOD) -> list[Check]:
    """Return the checks that are not ok."""
    health = Health(START, backlogs, integrity=integrity)
    return [check for check in judge(health, ACCOUNTS, MAX_AGE, {}) if check.verdict is not Verdict.OK]


def test_a_healthy_database_passes_every_check():
    checks = list(judge(Health(START, integrity=GOOD), ACCOUNTS, MAX_AGE, {}))
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert len(checks) == 10
    assert diagnose(checks) is Diagnosis.WELL


@pytest.mark.parametrize("kind", BacklogKind)
def test_a_backlog_is_a_warning_and_fails_once_it_is_too_old(kind):
    (young,) = problems(Backlog(kind, "a_reason", 2, START - MAX_AGE))
    (old,) = problems(Backlog(kind, "a_reason", 2, START - MAX_AGE - 1))
    assert (young.verdict, old.verdict) == (Verdict.WARN, Verdict.FAIL)
    assert (diagnose([young]), diagnose([old])) == (Diagnosis.WELL, Diagnosis.NEEDS_PERSON)
    assert "2 " in old.sentence
    assert "a_reason" in old.sentence
    assert "the oldest for 1 h" in old.sentence
    assert old.advice


def test_orders_with_a_time_far_in_the_future_are_named():
    health = Health(START, integrity=GOOD, far_ahead=FarAhead(2, (KEY, OrderKey("main", "2"))))
    (check,) = (c for c in judge(health, ACCOUNTS, MAX_AGE, {}) if c.verdict is not Verdict.OK)
    assert (check.name, check.verdict) == ("times", Verdict.WARN)
    assert check.sentence == "2 orders have a time more than a day from now: main/1, main/2."


def test_an_account_that_an_operator_holds_is_a_warning_at_any_age():
    (check,) = problems(Backlog(BacklogKind.HELD, "main: operator", 1, START - DAY))
    release = "To let its orders go on: `fulfillment accounts release main --reason <why>`."
    assert (check.verdict, check.advice) == (Verdict.WARN, release)


@pytest.mark.parametrize(("reason", "is_probed"), [("credentials", True), ("outage", True), ("rate_limited", False)])
def test_a_hold_that_a_probe_can_lift_names_the_command(reason: str, *, is_probed: bool):
    (check,) = problems(Backlog(BacklogKind.HELD, f"main: {reason}", 1, START - DAY))
    assert check.advice.startswith(advise_on_hold(reason))
    assert check.advice.endswith(" To probe now: `fulfillment accounts probe main`.") is is_probed


def test_stopped_orders_are_counted_in_the_words_of_the_platform():
    words = (("HTTP 422, Branch is closed", 20), ("HTTP 422, \x1b[31mNo phone", 2))
    stopped = Backlog(BacklogKind.STOPPED, "refused", 25, START - HOUR, some=(KEY,), details=words)
    (check,) = problems(stopped)
    assert check.sentence == (
        "25 orders are stopped (refused), the oldest for 1 h: main/1."
        " 20 × “HTTP 422, Branch is closed”, 2 × “HTTP 422,  [31mNo phone”, and 3 others."
    )
    assert check.advice.endswith("what to type for one: `fulfillment orders explain main/1`.")
    (silent,) = problems(replace(stopped, details=(("", 25),)))
    assert silent.sentence == "25 orders are stopped (refused), the oldest for 1 h: main/1."


@pytest.mark.parametrize("kind", [BacklogKind.DUE, BacklogKind.LEASE, BacklogKind.UNCERTAIN, BacklogKind.PENDING])
def test_a_young_backlog_that_a_worker_clears_by_itself_is_not_mentioned(kind):
    assert problems(Backlog(kind, "", 1, START - MINUTE + 1)) == []
    assert problems(Backlog(kind, "", 1, START - MINUTE)) != []


@pytest.mark.parametrize("account", ["dry", "gone"])
def test_events_that_wait_because_the_settings_ask_for_it_are_ok_at_any_age(account):
    backlogs = (
        Backlog(BacklogKind.PENDING, f"{account}: dry_run", 2, START - DAY),
        Backlog(BacklogKind.PENDING, "", 1, START - 2 * HOUR),
    )
    checks = judge(Health(START, backlogs), ACCOUNTS, MAX_AGE, {})
    wanted, other = [check for check in checks if check.name == "pending events"]
    assert (wanted.verdict, diagnose([wanted]), other.verdict) == (Verdict.OK, Diagnosis.WELL, Verdict.FAIL)
    assert (
        wanted.sentence == f"2 events have no result yet ({account}: dry_run), the oldest for 1 d, as the settings ask."
    )


def test_events_that_wait_for_a_dry_run_that_the_settings_do_not_have_are_taken_by_the_next_start():
    (check,) = problems(Backlog(BacklogKind.PENDING, "main: dry_run", 1, START - DAY))
    assert (check.verdict, check.advice) == (Verdict.WARN, "Restart the workers: their next start takes these orders.")
    assert "the settings do not have dry_run any more" in check.sentence


def test_each_reason_has_a_check_of_its_own_with_its_own_advice():
    lost, refused = problems(
        Backlog(BacklogKind.STOPPED, "shipment_lost", 1, START - DAY),
        Backlog(BacklogKind.STOPPED, "refused", 3, START),
    )
    assert lost.sentence == "1 order is stopped (shipment_lost), for 1 d."
    assert "courier" in lost.advice
    assert refused.sentence == "3 orders are stopped (refused), the oldest for 0 ms."
    assert "platform's message" in refused.advice


@pytest.mark.parametrize(("count", "ending"), [(5, ": main/0, main/1, main/2, main/3, main/4."), (6, ", main/4, ….")])
def test_the_orders_of_a_backlog_are_named_those_that_wait_longest_first(count: int, ending: str):
    some = tuple(OrderKey("main", str(number)) for number in range(5))
    for kind in (BacklogKind.STOPPED, BacklogKind.PENDING, BacklogKind.DUE):
        (check,) = problems(Backlog(kind, "", count, START - DAY, some=some))
        assert check.sentence.endswith(ending)


def test_a_hold_says_what_ends_it():
    (check,) = problems(Backlog(BacklogKind.HELD, "main: credentials", 1, START - MINUTE))
    assert check.sentence == "1 account is held (main: credentials), for 1 min."
    assert "Correct the account's credentials" in check.advice


def test_sums_that_do_not_agree_fail_at_once():
    wrong = {Discrepancy.EVENT_WITHOUT_ORDER: 1, Discrepancy.EVENT_COUNT: 0}
    (check,) = problems(integrity=Integrity(discrepancies=wrong))
    assert (check.verdict, diagnose([check])) == (Verdict.FAIL, Diagnosis.NEEDS_PERSON)
    sentence = "The database does not agree with itself: event_without_order 1 (An event belongs to no order.)."
    assert check.sentence == sentence


def test_sums_that_could_not_be_counted_are_a_warning():
    (check,) = problems(integrity=None)
    assert (check.name, check.verdict) == ("sums", Verdict.WARN)


def test_the_sums_are_shown():
    integrity = Integrity({"accepted": 2, "stale": 1}, {"applied": 1, "pending": 1})
    (check,) = [c for c in judge(Health(START, integrity=integrity), ACCOUNTS, MAX_AGE, {}) if c.name == "sums"]
    assert check.sentence == "3 deliveries = 2 accepted + 1 stale; 2 events, 1 of them pending."


def test_a_forgotten_order_is_named():
    integrity = Integrity(discrepancies={Discrepancy.FORGOTTEN: 2}, forgotten=(KEY,))
    (check,) = problems(integrity=integrity)
    assert (check.name, check.verdict) == ("orphaned orders", Verdict.FAIL)
    assert check.sentence == "2 orders have something left to do, but no worker will reconcile them: main/1, …."


def test_an_unreachable_part_counts_more_than_a_need_for_a_person():
    stuck = Check("a", Verdict.FAIL, "")
    gone = Check("b", Verdict.FAIL, "", unreachable=True)
    diagnoses = [diagnose([]), diagnose([stuck]), diagnose([stuck, gone])]
    assert diagnoses == [Diagnosis.WELL, Diagnosis.NEEDS_PERSON, Diagnosis.UNREACHABLE]


def test_events_without_a_result_are_named_with_what_their_orders_wait_for():
    (check,) = problems(Backlog(BacklogKind.PENDING, "unauthorized", 2, START - HOUR, some=(KEY,)))
    assert check.sentence.startswith("2 events have no result yet (unauthorized), the oldest for 1 h: main/1")
    meaning = "The platform refused the credentials for this order alone."
    assert check.advice == f"{meaning} `fulfillment orders explain main/1` says what such an order waits for."
