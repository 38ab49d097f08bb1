"""People see what a scan has found, what was odd about it, and how long it waits."""

import pytest

from worker.cli.scan.printing import print_result, progress_shown
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import Finding, HoldReason
from worker.ports import Found, ScanResult
from worker.reconcile.scan import ScanProgress


def test_a_long_wait_for_the_call_budget_is_said_once_where_no_terminal_is(capsys: pytest.CaptureFixture[str]):
    with progress_shown("main") as show:
        for waits in (0, 2 * SECOND, 70 * SECOND, 0, 60 * SECOND):
            show(ScanProgress("pending", 1, 8, 0, waits))
    assert capsys.readouterr() == ("", "fulfillment: main: waiting for the call budget, about 1 min more\n")


def test_every_line_about_an_account_is_indented_and_problems_are_sentences(capsys: pytest.CaptureFixture[str]):
    found = Found(30, tuple(OrderKey("main", f"an_order_with_a_long_id_{number}") for number in range(20)))
    problems = (f"the list of pending was not read to its end: {'reset ' * 20}", "so the other lists were not read")
    print_result(ScanResult("main", 0, 1, 30, {Finding.NEW: found}, problems))
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "main  30 orders listed on 1 page"
    assert len(lines) > len(problems) + 2
    assert all(line.startswith("  ") for line in lines)
    assert "  So the other lists were not read." in lines


def test_a_hold_names_the_commands_that_help(capsys: pytest.CaptureFixture[str]):
    result = ScanResult("main", 0, problems=("the account is held: outage",), held=HoldReason.OUTAGE)
    print_result(result)
    out = " ".join(capsys.readouterr().out.split())
    assert "The account is held: outage. `fulfillment accounts list`" in out
    assert "`fulfillment accounts probe main`" in out or "`accounts probe main`" in out
