"""Fixtures of the loop *due*."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.backlogs import Seconds, Work
from worker.service import due_loop
from worker.service.due_loop import DueLoop
from worker.service.scheduler import Loop, Scheduler


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.may_end.set()


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    clock = Seconds()
    monkeypatch.setattr(due_loop, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[DueLoop], None]]:
    """Starts the loop: one run at once, and then only early runs, when it is woken."""
    monkeypatch.setattr(due_loop, "DUE_INTERVAL_SECONDS", 3600.0)
    running: list[Scheduler] = []

    def begin(due: DueLoop) -> None:
        running.append(Scheduler([Loop("due", due_loop.DUE_INTERVAL_SECONDS, due.run, due.wake)]))
        running[-1].start()
        due.wake.set()

    yield begin
    for started_one in running:
        started_one.stop()
