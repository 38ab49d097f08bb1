import pytest

from tests.support.clock import START
from tests.support.stories import KEY, news, recorded
from worker.domain.figures import Backlog, Health
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.snapshot import EventEntry, OrderRow, Snapshot
from worker.domain.stages import Stage
from worker.operations.doctor import Check, Verdict, judge, worst

MAX_AGE = HOUR
ACCOUNTS = {"main": Policy()}


def judged(
    *backlogs: Backlog, discrepancies: dict[str, int] | None = None, orphaned: tuple[Snapshot, ...] = ()
) -> list[Check]:
    health = Health(START, backlogs, discrepancies or {}, orphaned)
    return [check for check in judge(health, ACCOUNTS, MAX_AGE) if check.verdict is not Verdict.OK]


def test_a_healthy_journal_passes_every_check():
    checks = list(judge(Health(START), ACCOUNTS, MAX_AGE))
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert len(checks) == 9
    assert worst(checks) == 0


@pytest.mark.parametrize("kind", ["stopped", "held", "due", "lease", "uncertain", "pending", "quarantined"])
def test_what_waits_is_a_warning_and_fails_once_it_has_waited_for_too_long(kind):
    (young,) = judged(Backlog(kind, "a_reason", 2, START - MAX_AGE))
    (old,) = judged(Backlog(kind, "a_reason", 2, START - MAX_AGE - 1))
    assert (young.verdict, old.verdict) == (Verdict.WARN, Verdict.FAIL)
    assert (worst([young]), worst([old])) == (0, 1)
    assert "2 " in old.sentence
    assert "a_reason" in old.sentence
    assert "the oldest for 1 h" in old.sentence
    assert old.advice


@pytest.mark.parametrize("kind", ["due", "lease", "uncertain", "pending"])
def test_what_a_running_worker_sees_to_is_not_worth_a_word_at_first(kind):
    assert judged(Backlog(kind, "", 1, START - MINUTE + 1)) == []
    assert judged(Backlog(kind, "", 1, START - MINUTE)) != []


def test_news_that_waits_as_the_settings_ask_is_no_fault_however_old():
    backlogs = (Backlog("pending", "dry_run", 2, START - DAY), Backlog("pending", "", 1, START - 2 * HOUR))
    checks = judge(Health(START, backlogs), ACCOUNTS, MAX_AGE)
    asked, other = [check for check in checks if check.name == "pending news"]
    assert (asked.verdict, worst([asked]), other.verdict) == (Verdict.OK, 0, Verdict.FAIL)
    assert asked.sentence == "2 events wait to be used (dry_run), the oldest for 1 d, as the settings ask."


def test_each_reason_is_a_finding_of_its_own_with_its_own_advice():
    lost, refused = judged(Backlog("stopped", "shipment_lost", 1, START - DAY), Backlog("stopped", "refused", 3, START))
    assert lost.sentence == "1 order is stopped (shipment_lost), for 1 d."
    assert "courier" in lost.advice
    assert refused.sentence == "3 orders are stopped (refused), the oldest for 0 ms."
    assert "platform's message" in refused.advice


def test_a_hold_is_told_with_what_ends_it():
    (check,) = judged(Backlog("held", "main: credentials", 1, START - MINUTE))
    assert check.sentence == "1 account is held (main: credentials), for 1 min."
    assert "Correct the account's credentials" in check.advice


def test_sums_that_do_not_agree_fail_at_once():
    (check,) = judged(discrepancies={"events without their order": 2, "accepted deliveries without an event": 0})
    assert (check.verdict, worst([check])) == (Verdict.FAIL, 1)
    assert check.sentence == "The sums do not agree: 2 events without their order."


def idle(*names: str, stage: Stage) -> Snapshot:
    events = tuple(EventEntry(one) for one in recorded(*(news(name) for name in names)))
    order = Order(KEY, revision=len(events), seen_revision=len(events), stage=stage, status=stage, read_at=START)
    return Snapshot(START, OrderRow(order, first_seen_at=START, updated_at=START), news=events)


def test_an_order_that_nobody_will_look_at_is_named():
    settled, forgotten = idle("order.shipped", stage=Stage.SHIPPED), idle("order.delivered", stage=Stage.SHIPPED)
    assert judged(orphaned=(settled,)) == []
    (check,) = judged(orphaned=(settled, forgotten))
    assert (check.name, check.verdict) == ("nobody forgotten", Verdict.FAIL)
    assert check.sentence.startswith("1 order has something left to do, and nobody will look at it: main/1.")


def test_a_part_that_cannot_be_reached_weighs_more_than_what_needs_a_person():
    stuck = Check("a", Verdict.FAIL, "")
    gone = Check("b", Verdict.FAIL, "", unreachable=True)
    assert [worst([]), worst([stuck]), worst([stuck, gone])] == [0, 1, 3]
