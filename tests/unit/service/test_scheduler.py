"""Every loop of the scheduler goes on after every failure, waits for no other loop, and can be woken."""

import threading
from time import monotonic

import pytest
from structlog.testing import capture_logs

from worker.domain.errors import StoreUnavailable
from worker.service.scheduler import Loop, Scheduler

OFTEN, SELDOM = 0.001, 3600.0


class Failing:
    """Raises *error* at every run. The third run sets *failed_often*."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls, self.failed_often = error, 0, threading.Event()

    def run(self) -> None:
        self.calls += 1
        if self.calls == 3:
            self.failed_often.set()
        raise self.error


@pytest.fixture
def run():
    """Runs loops until the test ends."""
    running: list[Scheduler] = []

    def start(*loops: Loop) -> Scheduler:
        running.append(Scheduler(loops))
        running[-1].start()
        return running[-1]

    yield start
    for scheduler in running:
        scheduler.stop()


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError("a defect")])
def test_a_failure_is_logged_once_and_the_loop_goes_on(run, error):
    failing = Failing(error)
    with capture_logs() as logs:
        scheduler = run(Loop("probes", OFTEN, failing.run))
        assert failing.failed_often.wait(60)
        scheduler.stop()
    assert [(line["event"], line["loop"]) for line in logs] == [("scheduler_failed", "probes")]


def test_a_loop_that_hangs_delays_no_other_loop(run):
    end, ran = threading.Event(), threading.Event()
    run(Loop("hangs", OFTEN, end.wait), Loop("runs", OFTEN, ran.set))
    assert ran.wait(60)
    end.set()


def test_a_loop_that_is_woken_runs_before_its_interval_is_over(run):
    ran = threading.Event()
    loop = Loop("due", SELDOM, ran.set)
    run(loop)
    assert not ran.is_set()
    loop.wake.set()
    assert ran.wait(60)


def test_a_scheduler_that_is_stopped_starts_no_more_runs(run):
    ran = threading.Event()
    loop = Loop("due", SELDOM, ran.set)
    run(loop).stop()
    assert not ran.is_set()


def test_a_loop_ends_once_and_after_its_last_run(run):
    calls, ran = list[str](), threading.Event()

    def work() -> None:
        calls.append("run")
        ran.set()

    scheduler = run(Loop("heartbeat", OFTEN, work, end=lambda: calls.append("end")))
    assert ran.wait(60)
    scheduler.stop()
    scheduler.stop()
    assert (calls.count("end"), calls[-1]) == (1, "end")


def test_a_loop_whose_end_fails_because_the_database_is_away_ends_without_a_word(run, monkeypatch):
    raised, ended = list[object](), threading.Event()
    monkeypatch.setattr(threading, "excepthook", raised.append)

    def end() -> None:
        ended.set()
        raise StoreUnavailable("away")

    scheduler = run(Loop("due", SELDOM, ended.set, end=end))
    scheduler.stop()
    assert ended.is_set()
    assert raised == []


def test_a_scheduler_that_is_stopped_before_its_start_starts_no_run():
    ran, ended = threading.Event(), threading.Event()
    scheduler = Scheduler([Loop("due", OFTEN, ran.set, end=ended.set)])
    scheduler.stop(timeout_seconds=0)
    scheduler.start()
    assert ended.wait(60)
    assert not ran.is_set()


def test_stopping_waits_no_longer_than_it_may_for_all_loops_together(run):
    end, hanging = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        hanging.release()
        end.wait()

    scheduler = run(*(Loop(f"hangs-{number}", OFTEN, hang) for number in range(20)))
    for _ in range(20):
        assert hanging.acquire(timeout=60)
    began_at = monotonic()
    scheduler.stop(timeout_seconds=1)
    assert monotonic() - began_at < 10, "it has waited for one loop after another"
    end.set()
