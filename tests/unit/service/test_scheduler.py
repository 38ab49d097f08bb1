"""The scheduler goes on after every failure, and enqueues due orders as soon as there is capacity for them."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.queue.celery_config import make_celery
from worker.queue.fair_share import FairShare
from worker.queue.wake_ups import WakeUpQueue
from worker.service import scheduler
from worker.service.scheduler import Capacity, Scheduler


class Failing:
    """Raises *error* at every run. The third run sets *failed_often*."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls, self.failed_often = error, 0, threading.Event()

    def run(self) -> None:
        self.calls += 1
        if self.calls == 3:
            self.failed_often.set()
        raise self.error


class Queue(WakeUpQueue):
    """A queue whose worker is the test."""

    def __init__(self, capacity: int = 1000) -> None:
        self._bound = capacity
        self.measurements, self.keys = 0, list[OrderKey]()
        self._arrivals = threading.Semaphore(0)

    def capacity(self) -> int:
        self.measurements += 1
        return self._bound

    def enqueue(self, key: OrderKey) -> None:
        self.keys.append(key)
        self._arrivals.release()

    def take(self) -> OrderKey:
        assert self._arrivals.acquire(timeout=5)
        return self.keys.pop(0)


class Backlog:
    """A number of due orders for each account. *capacities* lists the capacity of each account at each claim."""

    def __init__(self, **due: int) -> None:
        self.left = Counter(due)
        self.capacities: list[dict[str, int]] = []

    def claim(self, limit: int, _again_after: int, capacity: Capacity) -> list[OrderKey]:
        capacities = {account: capacity(account) for account in self.left}
        self.capacities.append(capacities)
        due = [account for account, most in capacities.items() for _ in range(min(limit, most, self.left[account]))]
        self.left.subtract(due[:limit])
        return [OrderKey(account, "1") for account in due[:limit]]


def nothing(*_: object) -> None: ...


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError("a defect")])
def test_a_failure_is_logged_once_and_the_scheduler_goes_on(monkeypatch, error):
    monkeypatch.setattr(scheduler, "MAINTENANCE_INTERVAL_SECONDS", 0.001)
    monkeypatch.setattr(scheduler, "DUE_INTERVAL_SECONDS", 60.0)
    maintenance = Failing(error)
    running = Scheduler(Backlog().claim, WakeUpQueue(make_celery("memory://")), maintenance.run, FairShare(1))
    with capture_logs() as logs:
        running.start()
        assert maintenance.failed_often.wait(5)
        running.stop()
    assert [line["event"] for line in logs] == ["scheduler_failed"]


def test_a_run_claims_a_few_orders_for_each_free_slot_and_none_without_one():
    backlog, share = Backlog(main=0), FairShare(2)
    running = Scheduler(backlog.claim, Queue(), nothing, share)
    running.enqueue_due()
    with share.occupied("main"):
        running.enqueue_due()
        with share.occupied("main"):
            running.enqueue_due()
    assert backlog.capacities == [{"main": 2 * scheduler.WAKE_UPS_PER_SLOT}, {"main": scheduler.WAKE_UPS_PER_SLOT}]


@pytest.fixture
def started(monkeypatch):
    """Starts a scheduler that runs once at once, then early when it is woken, and by itself once a minute."""
    monkeypatch.setattr(scheduler, "DUE_INTERVAL_SECONDS", 60.0)
    running: list[Scheduler] = []

    def start(claim: Callable[[int, int, Capacity], list[OrderKey]], queue: Queue, share: FairShare) -> None:
        running.append(Scheduler(claim, queue, nothing, share))
        running[0].start()
        running[0].enqueue_due()

    yield start
    for started_one in running:
        started_one.stop()


def test_with_more_due_orders_than_claimed_the_next_run_comes_as_soon_as_a_slot_is_free(started):
    backlog, queue, share = Backlog(main=40), Queue(), FairShare(2)
    started(backlog.claim, queue, share)
    for _ in range(40):
        assert len(queue.keys) <= share.slots * scheduler.WAKE_UPS_PER_SLOT
        with share.occupied(queue.take().account):
            pass
    assert backlog.left.total() == 0


def test_a_full_queue_wakes_no_early_run(started):
    backlog, queue, share = Backlog(main=9), Queue(capacity=0), FairShare(2)
    started(backlog.claim, queue, share)
    with share.occupied("main"):
        pass
    assert (queue.measurements, backlog.capacities) == (1, [])


def test_with_fewer_due_orders_than_capacity_no_reconciliation_wakes_an_early_run(started):
    backlog, share = Backlog(main=1), FairShare(2)
    started(backlog.claim, Queue(), share)
    for _ in range(20):
        with share.occupied("main"):
            pass
    assert len(backlog.capacities) == 1


def test_an_account_that_shares_gets_no_more_wake_ups_than_slots_that_it_may_take():
    backlog, queue, share = Backlog(busy=100, quiet=1), Queue(), FairShare(16, shared=True)
    Scheduler(backlog.claim, queue, nothing, share).enqueue_due()
    assert Counter(key.account for key in queue.keys) == {"busy": 12, "quiet": 1}


def test_an_account_with_its_share_is_not_claimed_again_before_a_reconciliation_of_it_ends(started):
    backlog, queue, share = Backlog(busy=100, quiet=0), Queue(), FairShare(16, shared=True)
    started(backlog.claim, queue, share)
    with ExitStack() as eleven:
        with share.occupied(queue.take().account):
            for _ in range(11):
                eleven.enter_context(share.occupied(queue.take().account))
            for _ in range(20):
                with share.occupied("quiet"):
                    pass
            assert queue.keys == []
        assert queue.take().account == "busy"
    assert [capacities["busy"] for capacities in backlog.capacities] == [12, 1]


def test_expected_wake_ups_without_a_free_slot_wake_no_early_run(started):
    queue, share = Queue(), FairShare(2, shared=True)
    started(Backlog(a=9, b=9, c=9).claim, queue, share)
    assert [key.account for key in queue.keys] == ["a", "b"]
    with share.occupied("a"):
        pass
    time.sleep(0.05)  # only the passing of time shows that nothing happens
    assert queue.measurements < 5


def test_a_lost_wake_up_uses_up_capacity_for_a_short_time_only(monkeypatch):
    monkeypatch.setattr(scheduler, "DUE_INTERVAL_SECONDS", 0.05)
    backlog, queue, share = Backlog(busy=10_000, quiet=0), Queue(), FairShare(8, shared=True)
    running = Scheduler(backlog.claim, queue, nothing, share)
    share.expect("quiet")
    running.start()
    while share.expected("quiet"):
        with share.occupied(queue.take().account):
            pass
    running.stop()
    assert backlog.left["busy"] > 0
