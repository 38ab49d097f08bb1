"""A worker that is told to stop ends in time, and gives no more slots."""

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.support.slots import occupied
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.service import shutdown
from worker.service.shutdown import STOP_SIGNALS, Shutdown
from worker.service.slots import Slots


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Undo after the test what `begin` does to the signals of this process."""
    former = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


class Ending:
    """A shutdown, what it does, and the exit code with which it ends the process."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.codes: list[int] = []
        self.ended, self.may_end = threading.Event(), threading.Event()
        self._begun = threading.Event()
        self.share = FairShare(2)
        self._slots = Slots(self.share, self._reconcile, self.done.append)
        self.shutdown = Shutdown(self._slots, lambda: self.done.append("last work"), self._exit)

    def begin_reconciliation(self) -> None:
        """Begin one, which ends when `may_end` is set."""
        self._slots.begin(OrderKey("main", "1"))
        assert self._begun.wait(60)

    def _reconcile(self, _key: OrderKey) -> None:
        self._begun.set()
        assert self.may_end.wait(60)

    def _exit(self, code: int) -> None:
        self.codes.append(code)
        self.ended.set()


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ending]:
    """The thread of the shutdown ends with the test, because its lines would be among those of another one."""
    monkeypatch.setattr(shutdown, "CELERY_ENDS_WITHIN_SECONDS", 0.01)
    made, threads = Ending(), {*threading.enumerate()}
    yield made
    made.may_end.set()
    for thread in {*threading.enumerate()} - threads:
        if thread.name == "shutdown":
            thread.join(60)


def test_the_process_ends_when_celery_does_not_after_its_last_work(ending: Ending):
    ending.shutdown.begin()
    assert ending.ended.wait(60)
    assert (ending.codes, ending.done) == ([0], ["last work"])
    with occupied(ending.share, "main") as granted:
        assert not granted


def test_the_process_ends_after_its_reconciliations_and_not_before(ending: Ending, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutdown, "RECONCILIATIONS_END_WITHIN_SECONDS", 3600.0)
    ending.begin_reconciliation()
    ending.shutdown.begin()
    assert not ending.ended.wait(0.3)
    ending.may_end.set()
    assert ending.ended.wait(60)


def test_reconciliations_that_do_not_end_are_given_up(ending: Ending, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutdown, "RECONCILIATIONS_END_WITHIN_SECONDS", 0.1)
    ending.begin_reconciliation()
    ending.shutdown.begin()
    assert ending.ended.wait(30)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_another_signal_ends_the_process_at_once(ending: Ending, number: signal.Signals):
    ending.begin_reconciliation()
    ending.shutdown.begin()
    signal.raise_signal(number)
    assert ending.codes == [128 + number]
