"""How `doctor` judges the figures of the database."""

import pytest

from tests.support.clock import START
from tests.support.events import KEY, an_event, recorded
from worker.domain.figures import Backlog, BacklogKind, Health
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.snapshot import EventEntry, OrderRow, Snapshot
from worker.domain.stages import Stage
from worker.operations.checks import Check, Diagnosis, Verdict, diagnose
from worker.operations.doctor import judge

MAX_AGE = HOUR
ACCOUNTS = {"main": Policy()}


def problems(
    *backlogs: Backlog, discrepancies: dict[str, int] | None = None, orphaned: tuple[Snapshot, ...] = ()
) -> list[Check]:
    """Return the checks that are not ok."""
    health = Health(START, backlogs, discrepancies or {}, orphaned)
    return [check for check in judge(health, ACCOUNTS, MAX_AGE, {}) if check.verdict is not Verdict.OK]


def test_a_healthy_database_passes_every_check():
    checks = list(judge(Health(START), ACCOUNTS, MAX_AGE, {}))
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert len(checks) == 9
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


@pytest.mark.parametrize("kind", [BacklogKind.DUE, BacklogKind.LEASE, BacklogKind.UNCERTAIN, BacklogKind.PENDING])
def test_a_young_backlog_that_a_worker_clears_by_itself_is_not_mentioned(kind):
    assert problems(Backlog(kind, "", 1, START - MINUTE + 1)) == []
    assert problems(Backlog(kind, "", 1, START - MINUTE)) != []


def test_events_that_wait_because_the_settings_ask_for_it_are_ok_at_any_age():
    backlogs = (
        Backlog(BacklogKind.PENDING, "dry_run", 2, START - DAY),
        Backlog(BacklogKind.PENDING, "", 1, START - 2 * HOUR),
    )
    checks = judge(Health(START, backlogs), ACCOUNTS, MAX_AGE, {})
    wanted, other = [check for check in checks if check.name == "pending events"]
    assert (wanted.verdict, diagnose([wanted]), other.verdict) == (Verdict.OK, Diagnosis.WELL, Verdict.FAIL)
    assert wanted.sentence == "2 events have no result yet (dry_run), the oldest for 1 d, as the settings ask."


def test_each_reason_has_a_check_of_its_own_with_its_own_advice():
    lost, refused = problems(
        Backlog(BacklogKind.STOPPED, "shipment_lost", 1, START - DAY),
        Backlog(BacklogKind.STOPPED, "refused", 3, START),
    )
    assert lost.sentence == "1 order is stopped (shipment_lost), for 1 d."
    assert "courier" in lost.advice
    assert refused.sentence == "3 orders are stopped (refused), the oldest for 0 ms."
    assert "platform's message" in refused.advice


def test_a_hold_says_what_ends_it():
    (check,) = problems(Backlog(BacklogKind.HELD, "main: credentials", 1, START - MINUTE))
    assert check.sentence == "1 account is held (main: credentials), for 1 min."
    assert "Correct the account's credentials" in check.advice


def test_sums_that_do_not_agree_fail_at_once():
    (check,) = problems(discrepancies={"events without their order": 1, "accepted deliveries without an event": 0})
    assert (check.verdict, diagnose([check])) == (Verdict.FAIL, Diagnosis.NEEDS_PERSON)
    assert check.sentence == "The database has events without their order (1)."


def at_rest(*names: str, stage: Stage) -> Snapshot:
    """Return an order without a due time, at *stage*, with events of these *names*."""
    entries = tuple(EventEntry(event) for event in recorded(*(an_event(name) for name in names)))
    order = Order(KEY, revision=len(entries), seen_revision=len(entries), stage=stage, status=stage, read_at=START)
    return Snapshot(START, OrderRow(order, first_seen_at=START, updated_at=START), event_entries=entries)


def test_an_orphaned_order_is_named():
    settled, orphan = at_rest("order.shipped", stage=Stage.SHIPPED), at_rest("order.delivered", stage=Stage.SHIPPED)
    assert problems(orphaned=(settled,)) == []
    (check,) = problems(orphaned=(settled, orphan))
    assert (check.name, check.verdict) == ("orphaned orders", Verdict.FAIL)
    assert check.sentence.startswith("1 order has something left to do, but no worker will reconcile it: main/1.")


def test_an_unreachable_part_counts_more_than_a_need_for_a_person():
    stuck = Check("a", Verdict.FAIL, "")
    gone = Check("b", Verdict.FAIL, "", unreachable=True)
    diagnoses = [diagnose([]), diagnose([stuck]), diagnose([stuck, gone])]
    assert diagnoses == [Diagnosis.WELL, Diagnosis.NEEDS_PERSON, Diagnosis.UNREACHABLE]
