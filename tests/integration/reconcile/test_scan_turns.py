"""When a scan runs and ends: with the budget, holds, other workers, the end of its process, and orders in no list."""

import pytest

from tests.support.clock import Clock
from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.scans import ScanHarness, ScriptedLists, counts, lists_asked, settle
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import Payment
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason
from worker.ports import lock_name
from worker.reconcile import scan
from worker.reconcile.scan import LOCK_LASTS, LONGEST_WAIT, MAX_UNLISTED
from worker.store.database.database import Database

LOCK = lock_name(KEY.account)


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    """A worker and a receiver without their processes, on both kinds of database."""
    return Harness(database, clock)


def test_a_scan_waits_for_its_share_of_the_budget_and_keeps_its_lock(harness: Harness, scans: ScanHarness):
    waits = iter([10 * MINUTE, 5 * SECOND] + [0] * 6)
    scans.budget = lambda: next(waits)
    result = scans.scan()
    assert scans.waits == [LONGEST_WAIT, 5 * SECOND]
    assert result.complete


def test_another_worker_does_not_scan_meanwhile_and_takes_over_from_a_dead_one(harness: Harness, scans: ScanHarness):
    seen = []

    def wait_and_try() -> int:
        seen.append(scans.scanner(wait=lambda _: True).scan(KEY.account))
        return 0

    scans.budget = wait_and_try
    assert scans.scan().complete
    assert seen == [None] * 6
    assert harness.locks.keep(LOCK, LOCK_LASTS, None)  # a worker that dies now
    assert scans.scanner().scan(KEY.account) is None
    harness.clock.now += LOCK_LASTS
    scans.budget = lambda: 0
    assert scans.scan().complete


def test_a_worker_that_was_suspended_past_its_lock_ends_its_scan(harness: Harness, scans: ScanHarness):
    other = ScanHarness(harness)

    def suspended() -> int:
        if not lists_asked(harness):
            harness.clock.now += LOCK_LASTS + 1
            assert harness.locks.keep(LOCK, LOCK_LASTS, None)
        return SECOND

    scans.budget = suspended
    result = scans.scan()
    assert result.problems == ("another worker has begun a scan of the account",)
    assert other.scanner().scan(KEY.account) is None  # its lock was not freed by the first


def test_a_held_account_is_not_scanned(harness: Harness, scans: ScanHarness):
    harness.holds.hold(KEY.account, HoldReason.CREDENTIALS, None, "HTTP 401")
    assert scans.scan().problems == ("the account is held: credentials",)
    assert not harness.api.calls


def test_a_scan_ends_with_its_process(scans: ScanHarness):
    scans.budget, scans.stops = lambda: SECOND, lambda: True
    assert scans.scan().problems == ("the process was told to stop",)
    assert scans.waits == [SECOND]


def test_a_scan_does_not_last_for_ever(scans: ScanHarness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan, "LONGEST_SCAN", HOUR)
    scans.budget = lambda: MINUTE
    result = scans.scan()
    assert result.problems == ("it took longer than 1 h",)
    assert sum(scans.waits) <= HOUR + LONGEST_WAIT


def test_the_lock_is_free_after_a_defect(harness: Harness, scans: ScanHarness):
    with pytest.raises(ZeroDivisionError):
        scans.scan(take_call=lambda _: 1 // 0)
    assert scans.scan().complete


# When a scan is due, and what no list shows


def test_a_scan_is_due_in_its_time_and_not_while_one_runs(harness: Harness, scans: ScanHarness):
    def is_due() -> bool:
        return scans.store.is_due(KEY.account, 5 * MINUTE)

    assert is_due()
    scans.budget = lambda: 1 if is_due() else 0  # it would wait for ever
    scans.scan()
    assert not is_due()
    harness.clock.advance(minutes=5, microseconds=-1)
    assert not is_due()
    harness.clock.advance(microseconds=1)
    assert is_due()
    harness.holds.hold(KEY.account, HoldReason.CREDENTIALS, None)
    assert not is_due()
    harness.holds.lift(KEY.account, HoldReason.CREDENTIALS)
    harness.clock.advance(days=-1)  # the clock was put right
    assert is_due()


def test_open_orders_that_no_list_shows_are_read_once_a_day(harness: Harness, scans: ScanHarness):
    harness.policy = Policy(deliver_within=DAY)
    key, closed = settle(harness, "7", "shipped"), settle(harness, "8", "cancelled")
    stopped = settle(harness, "9", "shipped")
    harness.change(stopped, stop="refused", stopped_at=harness.clock())
    harness.api.list_orders = ScriptedLists().list_orders  # type: ignore[method-assign]
    reads = harness.api.reads
    assert not scans.scan().found
    harness.clock.advance(days=1)
    assert counts(scans.scan()) == {"unlisted": ["7"]}
    harness.run_for(minutes=1)
    assert not scans.scan().found
    assert harness.api.reads == reads + 1
    assert harness.row(key)["due"] is None is harness.row(closed)["due"]


def test_an_order_that_lists_show_is_not_read_every_day(harness: Harness, scans: ScanHarness):
    settle(harness, "7", "shipped")
    reads = harness.api.reads
    for _ in range(20):
        assert not scans.scan().found
        harness.run_for(hours=6)
    assert harness.api.reads == reads


def test_an_order_that_has_rested_for_sixty_days_is_left_alone_and_pruned_one_day(harness: Harness, scans: ScanHarness):
    settle(harness, "7", "pending", payment=Payment.UNPAID)
    harness.api.list_orders = ScriptedLists().list_orders  # type: ignore[method-assign]
    harness.clock.advance(days=59)
    assert counts(scans.scan()) == {"unlisted": ["7"]}
    harness.run_for(minutes=1)
    harness.clock.advance(days=2)
    assert not scans.scan().found


def test_one_scan_makes_a_bounded_number_of_unlisted_orders_due(harness: Harness, scans: ScanHarness):
    keys = [settle(harness, str(number), "shipped") for number in range(3)]
    harness.clock.advance(days=2)
    assert len(scans.store.record_unlisted(KEY.account, 2)) == 2
    assert MAX_UNLISTED == 100
    assert [harness.row(key)["due"] is None for key in keys] == [False, False, True]  # the longest unread first
