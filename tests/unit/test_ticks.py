"""The timer inside every worker: whatever happens in it, it goes on."""

import threading

import pytest
from structlog.testing import capture_logs

from worker import ticks
from worker.domain.errors import JournalUnavailable
from worker.domain.orders import OrderKey
from worker.nudges import Nudger, make_celery
from worker.slots import Slots


class Failing:
    """Fails every time, as it is told; *often* is set at the third time."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls, self.often = error, 0, threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == 3:
            self.often.set()
        raise self.error


@pytest.mark.parametrize("error", [JournalUnavailable("away"), ZeroDivisionError("a defect")])
def test_a_tick_that_fails_is_told_once_and_followed_by_the_next(monkeypatch, error):
    monkeypatch.setattr(ticks, "CHORES", 0.001)
    monkeypatch.setattr(ticks, "TICK", 60.0)
    chores = Failing(error)
    running = ticks.Ticks(lambda *_: [], Nudger(make_celery("memory://")), chores, Slots(1))
    with capture_logs() as logs:
        running.start()
        assert chores.often.wait(5)
        running.stop()
    assert [line["event"] for line in logs] == ["tick_failed"]


def test_a_tick_asks_for_a_few_orders_a_free_slot_and_for_none_when_all_are_busy():
    asked: list[int] = []
    slots = Slots(2)

    def claim(limit: int, _again_after: int) -> list[OrderKey]:
        asked.append(limit)
        return []

    tick = ticks.Ticks(claim, Nudger(make_celery("memory://")), Failing(AssertionError()), slots)
    tick.due()
    with slots.occupied():
        tick.due()
        with slots.occupied():
            tick.due()
    assert asked == [2 * ticks.NUDGES_PER_SLOT, ticks.NUDGES_PER_SLOT]


def test_when_there_is_more_than_was_asked_for_the_next_tick_comes_as_soon_as_a_slot_is_free(monkeypatch):
    monkeypatch.setattr(ticks, "TICK", 60.0)
    slots, left, claimed = Slots(2), list(range(40)), threading.Semaphore(0)

    def claim(limit: int, _again_after: int) -> list[OrderKey]:
        found, left[:] = left[:limit], left[limit:]
        assert 40 - len(left) - slots.begun <= slots.size * ticks.NUDGES_PER_SLOT
        claimed.release(len(found))
        return [OrderKey("main", str(n)) for n in found]

    running = ticks.Ticks(claim, Nudger(make_celery("memory://")), lambda: None, slots)
    running.start()
    running.due()  # as the timer would, once in a minute
    for _ in range(40):
        assert claimed.acquire(timeout=5)
        with slots.occupied():
            pass
    running.stop()
    assert left == []


def test_a_full_queue_does_not_hasten_ticks(monkeypatch):
    monkeypatch.setattr(ticks, "TICK", 60.0)
    nudger, slots, looks = Nudger(make_celery("memory://")), Slots(2), list[int]()

    def no_room() -> int:
        looks.append(1)
        return 0

    monkeypatch.setattr(nudger, "room", no_room)
    running = ticks.Ticks(lambda *_: pytest.fail("claimed"), nudger, lambda: None, slots)
    running.start()
    running.due()
    with slots.occupied():
        pass
    running.stop()
    assert looks == [1]


def test_when_there_was_less_than_was_asked_for_no_turn_hastens_the_next_tick(monkeypatch):
    monkeypatch.setattr(ticks, "TICK", 60.0)
    slots, asked = Slots(2), []

    def claim(limit: int, _again_after: int) -> list[OrderKey]:
        asked.append(limit)
        return [OrderKey("main", "1")]

    running = ticks.Ticks(claim, Nudger(make_celery("memory://")), lambda: None, slots)
    running.start()
    running.due()
    for _ in range(20):
        with slots.occupied():
            pass
    running.stop()
    assert asked == [2 * ticks.NUDGES_PER_SLOT]
