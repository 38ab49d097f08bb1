"""`doctor` says what no event tells: scans that fail, late orders, and sources that fall silent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from worker.domain.accounts.workers import SeenWorker, WorkerProcess
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.silence import Burst, SourceActivity
from worker.domain.overview.watch import LastScan, LateOrders, Watch
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.watch import judge_watch

EVERY = {"main": 5 * MINUTE}
GOOD = LastScan(START - MINUTE, START - MINUTE + 3 * SECOND, 7, 120, {"new": 3, "moved_back": 1}, "", START - MINUTE)


def judged(name: str, accounts: Mapping[str, int] = EVERY, **parts: Any) -> Check:
    """Return the first check with this *name*."""
    watch = Watch(START, **{"scans": {"main": GOOD}, **parts})
    return next(check for check in judge_watch(watch, accounts) if check.name == name)


def test_all_is_well():
    checks = list(judge_watch(Watch(START, {"main": GOOD}), EVERY))
    assert [check.name for check in checks] == ["scan main", "late orders", "silent sources"]
    assert {check.verdict for check in checks} == {Verdict.OK}
    expected = "The last scan, 1 min ago, took 3 s for 120 orders, and found 3 new, 1 moved_back."
    assert checks[0].sentence == expected


def test_a_scan_that_found_nothing_is_well():
    check = judged("scan main", scans={"main": replace(GOOD, found={}, listed=1)})
    assert check.sentence == "The last scan, 1 min ago, took 3 s for 1 order, and found nothing to do."


def test_what_was_odd_about_a_complete_scan_is_said():
    check = judged("scan main", scans={"main": replace(GOOD, problem="the list of pending changed")})
    assert check.verdict is Verdict.OK
    assert check.sentence.endswith(" The last scan, 1 min ago: the list of pending changed.")


def test_an_incomplete_scan_is_a_warning():
    last = replace(GOOD, complete_at=START - 6 * MINUTE, problem="the list of shipped was not read to its end: reset")
    check = judged("scan main", scans={"main": last})
    assert check.verdict is Verdict.WARN
    assert "A list was not read to its end." in check.sentence
    assert "reset" in check.sentence
    assert "fulfillment scan" in check.advice


@pytest.mark.parametrize(("age", "verdict"), [(20 * MINUTE, Verdict.OK), (20 * MINUTE + 1, Verdict.WARN)])
def test_a_complete_scan_that_is_old_is_a_warning(age: int, verdict: Verdict):
    last = replace(GOOD, started_at=START - age, complete_at=START - age)
    assert judged("scan main", scans={"main": last}).verdict is verdict


def test_an_account_that_was_never_scanned_to_the_end_is_a_warning():
    assert judged("scan main", scans={}).sentence == "No scan of the account has ended yet."
    check = judged("scan main", scans={"main": replace(GOOD, complete_at=None, problem="held")})
    assert check.verdict is Verdict.WARN
    assert check.sentence == "A complete scan has never been made. The last scan, 1 min ago: held."


@pytest.mark.parametrize(("age", "verdict"), [(5 * MINUTE, Verdict.OK), (5 * MINUTE + 1, Verdict.WARN)])
@pytest.mark.parametrize("scans", [{}, {"main": replace(GOOD, started_at=START - DAY, complete_at=START - DAY)}])
def test_a_worker_that_has_just_started_has_missed_no_scan(scans: dict[str, LastScan], age: int, verdict: Verdict):
    worker = SeenWorker(WorkerProcess("w", "host", 7, "1", ("main",), START - age), START)
    assert judged("scan main", scans=scans, workers=(worker,)).verdict is verdict
    others = replace(worker, process=replace(worker.process, accounts=("second",)))
    assert judged("scan main", scans=scans, workers=(others,)).verdict is Verdict.WARN


def test_a_scan_that_the_settings_switch_off_is_not_missed():
    check = judged("scan main", {"main": 0}, scans={})
    assert check.verdict is Verdict.OK
    assert "scan_every is 0s" in check.sentence


def test_late_orders_are_named():
    keys = tuple(OrderKey("main", str(number)) for number in range(5))
    late = LateOrders("main", "shipped", 7, START - 9 * DAY, keys)
    check = judged("late orders", late=(late,))
    assert check.verdict is Verdict.WARN
    assert check.sentence == (
        "7 orders of main are shipped for longer than deliver_within, the longest for 9 d: 0, 1, 2, 3, 4, …."
    )
    one = judged("late orders", late=(LateOrders("main", "accepted", 1, START - 2 * DAY, keys[:1]),))
    assert one.sentence == "1 order of main is accepted for longer than ship_within, for 2 d: 0."
    assert "fulfillment orders list --late" in one.advice


def test_a_silent_source_is_named_with_its_last_delivery_and_its_usual_gap():
    bursts = (Burst(START - 30 * HOUR, START - 30 * HOUR, 30), Burst(START - 20 * HOUR, START - 20 * HOUR, 30))
    silent = SourceActivity("courier", START - 20 * HOUR - 1, bursts)
    assert judged("silent sources", sources=(replace(silent, last_at=START - 20 * HOUR),)).verdict is Verdict.OK
    check = judged("silent sources", sources=(silent,))
    assert check.verdict is Verdict.WARN
    assert check.sentence.startswith("courier has sent nothing since 2026-01-24 15:59:59 UTC (20 h ago);")
    assert check.sentence.endswith("the longest gap of the last two weeks was 10 h.")
