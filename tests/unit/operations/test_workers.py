"""How `doctor` judges the workers: whether one runs, works, and serves each account with due orders."""

import pytest

from tests.support.clock import START
from worker.domain.accounts.workers import RUNS_FOR, SeenWorker, WorkerProcess
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.overview.snapshot import Hold
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.workers import judge_workers

DUE = AccountOrders(total=5, waiting=3, ready=2, ready_since=START - MINUTE)
AT_REST = AccountOrders(total=5)


def a_worker(*accounts: str, seen: int = START, scheduled: int | None = START, pid: int = 7) -> SeenWorker:
    return SeenWorker(WorkerProcess(f"w{pid}", "box", pid, "1.2", accounts, START - HOUR), seen, scheduled)


def checks(*workers: SeenWorker, orders: AccountOrders = DUE, holds: tuple[Hold, ...] = ()) -> list[Check]:
    overview = Overview(START, {"main": orders}, holds, workers)
    return list(judge_workers(overview, ["main"], HOUR))


def test_a_worker_that_serves_every_account_is_well_and_named_with_what_it_does():
    (check,) = checks(a_worker("main", "other", scheduled=START - 2 * SECOND))
    assert (check.verdict, check.sentence) == (
        Verdict.OK,
        "1 worker runs: box:7 (version 1.2, main, other), for 1 h, its scheduler ran 2 s ago.",
    )


def test_many_workers_are_counted_and_not_all_named():
    (check,) = checks(*(a_worker("main", pid=number) for number in range(9)))
    assert check.sentence.startswith("9 workers run: box:0 ")
    assert check.sentence.endswith("; ….")


@pytest.mark.parametrize(("orders", "verdict"), [(DUE, Verdict.FAIL), (AT_REST, Verdict.WARN)])
def test_without_a_worker_due_orders_are_a_failure(orders, verdict):
    for workers in ([], [a_worker("main", seen=START - RUNS_FOR)]):
        (check,) = checks(*workers, orders=orders)
        assert (check.name, check.verdict) == ("workers", verdict)
        assert "`fulfillment worker`" in check.advice
        assert ("2 orders are due" in check.sentence) is (verdict is Verdict.FAIL)
        assert check.sentence.endswith(" The last one was box:7, until 30 s ago.") is bool(workers)


def test_orders_that_have_only_just_become_due_are_a_failure_without_a_worker():
    overview = Overview(START, {"main": AccountOrders(1, 1, 1, START)})
    (check,) = judge_workers(overview, ["main"], 1000 * HOUR)
    assert check.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("versions", "own", "listed"),
    [
        (["1.2", "1.3"], "", "1.2 (box:0); 1.3 (box:1)"),
        (["1.2", "1.2"], "1.3", "1.2 (box:0, box:1); 1.3 (this command)"),
        (["1.2", "1.3"], "1.3", "1.2 (box:0); 1.3 (box:1, this command)"),
        (["1.2", ""], "1.2", ""),
        (["", ""], "1.2", ""),
        (["1.2", "1.2"], "", ""),
    ],
)
def test_different_versions_of_the_program_are_a_warning(versions: list[str], own: str, listed: str):
    processes = [
        WorkerProcess(f"w{pid}", "box", pid, version, ("main",), START - HOUR) for pid, version in enumerate(versions)
    ]
    overview = Overview(START, {}, (), tuple(SeenWorker(process, START, START) for process in processes))
    _, *warnings = judge_workers(overview, ["main"], HOUR, own)
    assert [check.sentence for check in warnings] == [
        f"Different versions of the program run: {each}." for each in filter(None, [listed])
    ]


@pytest.mark.parametrize("scheduled", [None, START - RUNS_FOR])
def test_a_worker_that_looks_for_no_orders_is_a_failure(scheduled):
    _, check = checks(a_worker("main", scheduled=scheduled))
    assert (check.name, check.verdict) == ("workers", Verdict.FAIL)
    assert "`scheduler_failed`" in check.advice


def test_a_worker_that_has_just_started_is_not_idle():
    young = SeenWorker(WorkerProcess("w", "box", 7, "", ("main",), START - RUNS_FOR + SECOND), START, None)
    assert [check.verdict for check in checks(young)] == [Verdict.OK]


def test_an_account_of_the_settings_that_no_worker_serves_is_a_failure():
    _, check = checks(a_worker("other"))
    assert (check.name, check.verdict) == ("account main", Verdict.FAIL)
    assert "2 orders are due, the first for 1 min" in check.sentence
    assert check.advice.startswith("Restart the workers")


@pytest.mark.parametrize(("age", "verdict"), [(HOUR, Verdict.WARN), (HOUR + 1, Verdict.FAIL)])
def test_an_account_that_the_settings_do_not_name_fails_once_its_orders_wait_too_long(age, verdict):
    orders = AccountOrders(1, 1, 1, START - age)
    overview = Overview(START, {"gone": orders}, (), (a_worker("main"),))
    _, check = judge_workers(overview, ["main"], HOUR)
    assert (check.name, check.verdict) == ("account gone", verdict)
    assert "`fulfillment accounts hold gone --reason <why>`" in check.advice


def test_an_account_without_due_orders_needs_no_worker():
    assert [check.name for check in checks(a_worker("other"), orders=AT_REST)] == ["workers"]


def test_an_account_that_an_operator_holds_needs_no_worker_and_one_in_trouble_does():
    assert len(checks(a_worker("other"), holds=(Hold("main", "operator", START),))) == 1
    assert len(checks(a_worker("other"), holds=(Hold("main", "outage", START), Hold("x", "operator", START)))) == 2
