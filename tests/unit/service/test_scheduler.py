"""The timer inside every worker: whatever happens in it, it goes on; and what it nudges, and how soon again."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.queue.wake_ups import WakeUpQueue, make_celery
from worker.service import scheduler
from worker.service.scheduler import Capacity, Scheduler


class Failing:
    """Fails every time, as it is told; *often* is set at the third time."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls, self.often = error, 0, threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == 3:
            self.often.set()
        raise self.error


class Queue(WakeUpQueue):
    """A queue of which the test is the worker."""

    def __init__(self, capacity: int = 1000) -> None:
        self._bound = capacity
        self.looks, self.keys = 0, list[OrderKey]()
        self._came = threading.Semaphore(0)

    def capacity(self) -> int:
        self.looks += 1
        return self._bound

    def __call__(self, key: OrderKey) -> None:
        self.keys.append(key)
        self._came.release()

    def take(self) -> OrderKey:
        assert self._came.acquire(timeout=5)
        return self.keys.pop(0)


class Backlog:
    """Orders that are due, so many for each account; *asked* is what each had room for, claim by claim."""

    def __init__(self, **due: int) -> None:
        self.left = Counter(due)
        self.asked: list[dict[str, int]] = []

    def claim(self, limit: int, _again_after: int, capacity: Capacity) -> list[OrderKey]:
        asked = {account: capacity(account) for account in self.left}
        self.asked.append(asked)
        found = [account for account, most in asked.items() for _ in range(min(limit, most, self.left[account]))]
        self.left.subtract(found[:limit])
        return [OrderKey(account, "1") for account in found[:limit]]


def nothing(*_: object) -> None: ...


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError("a defect")])
def test_a_tick_that_fails_is_told_once_and_followed_by_the_next(monkeypatch, error):
    monkeypatch.setattr(scheduler, "CHORES", 0.001)
    monkeypatch.setattr(scheduler, "TICK", 60.0)
    maintenance = Failing(error)
    running = Scheduler(Backlog().claim, WakeUpQueue(make_celery("memory://")), maintenance, FairShare(1))
    with capture_logs() as logs:
        running.start()
        assert maintenance.often.wait(5)
        running.stop()
    assert [line["event"] for line in logs] == ["tick_failed"]


def test_a_tick_asks_for_a_few_orders_a_free_slot_and_for_none_when_all_are_busy():
    backlog, slots = Backlog(main=0), FairShare(2)
    tick = Scheduler(backlog.claim, Queue(), nothing, slots)
    tick.due()
    with slots.occupied("main"):
        tick.due()
        with slots.occupied("main"):
            tick.due()
    assert backlog.asked == [{"main": 2 * scheduler.WAKE_UPS_PER_SLOT}, {"main": scheduler.WAKE_UPS_PER_SLOT}]


@pytest.fixture
def started(monkeypatch):
    """Starts ticks that come when they are hastened, and by themselves once a minute; the first one comes at once."""
    monkeypatch.setattr(scheduler, "TICK", 60.0)
    running: list[Scheduler] = []

    def start(claim: Callable[[int, int, Capacity], list[OrderKey]], queue: Queue, slots: FairShare) -> None:
        running.append(Scheduler(claim, queue, nothing, slots))
        running[0].start()
        running[0].due()

    yield start
    for ticking in running:
        ticking.stop()


def test_when_there_is_more_than_was_asked_for_the_next_tick_comes_as_soon_as_a_slot_is_free(started):
    backlog, queue, slots = Backlog(main=40), Queue(), FairShare(2)
    started(backlog.claim, queue, slots)
    for _ in range(40):
        assert len(queue.keys) <= slots.size * scheduler.WAKE_UPS_PER_SLOT
        with slots.occupied(queue.take().account):
            pass
    assert backlog.left.total() == 0


def test_a_full_queue_does_not_hasten_ticks(started):
    backlog, queue, slots = Backlog(main=9), Queue(capacity=0), FairShare(2)
    started(backlog.claim, queue, slots)
    with slots.occupied("main"):
        pass
    assert (queue.looks, backlog.asked) == (1, [])


def test_when_there_was_less_than_was_asked_for_no_turn_hastens_the_next_tick(started):
    backlog, slots = Backlog(main=1), FairShare(2)
    started(backlog.claim, Queue(), slots)
    for _ in range(20):
        with slots.occupied("main"):
            pass
    assert len(backlog.asked) == 1


def test_of_accounts_that_share_none_is_nudged_beyond_the_slots_that_it_may_take():
    backlog, queue, slots = Backlog(busy=100, quiet=1), Queue(), FairShare(16, shared=True)
    tick = Scheduler(backlog.claim, queue, nothing, slots)
    tick.due()
    assert Counter(key.account for key in queue.keys) == {"busy": 12, "quiet": 1}


def test_an_account_with_its_share_is_not_claimed_again_before_one_of_its_turns_ends(started):
    backlog, queue, slots = Backlog(busy=100, quiet=0), Queue(), FairShare(16, shared=True)
    started(backlog.claim, queue, slots)
    with ExitStack() as eleven:
        with slots.occupied(queue.take().account):
            for _ in range(11):
                eleven.enter_context(slots.occupied(queue.take().account))
            for _ in range(20):
                with slots.occupied("quiet"):
                    pass
            assert queue.keys == []
        assert queue.take().account == "busy"
    assert [asked["busy"] for asked in backlog.asked] == [12, 1]


def test_nudges_that_no_slot_is_free_for_are_waited_for_without_looking_again(started):
    queue, slots = Queue(), FairShare(2, shared=True)
    started(Backlog(a=9, b=9, c=9).claim, queue, slots)
    assert [key.account for key in queue.keys] == ["a", "b"]
    with slots.occupied("a"):
        pass
    time.sleep(0.05)  # to stand still takes time
    assert queue.looks < 5


def test_a_nudge_that_was_lost_does_not_take_up_room_for_long_however_often_ticks_are_hastened(monkeypatch):
    monkeypatch.setattr(scheduler, "TICK", 0.05)
    backlog, queue, slots = Backlog(busy=10_000, quiet=0), Queue(), FairShare(8, shared=True)
    running = Scheduler(backlog.claim, queue, nothing, slots)
    slots.expect("quiet")
    running.start()
    while slots.expected("quiet"):
        with slots.occupied(queue.take().account):
            pass
    running.stop()
    assert backlog.left["busy"] > 0
