"""A worker that is told to stop ends in time, and gives no more slots."""

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.support.slots import occupied
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

    def __init__(self, share: FairShare) -> None:
        self.done: list[object] = []
        self.codes: list[int] = []
        self.ended = threading.Event()
        slots = Slots(share, self.done.append, self.done.append)
        self.shutdown = Shutdown(slots, lambda: self.done.append("last work"), self._exit)

    def _exit(self, code: int) -> None:
        self.codes.append(code)
        self.ended.set()


@pytest.fixture
def share() -> FairShare:
    return FairShare(2)


@pytest.fixture
def ending(share: FairShare, monkeypatch: pytest.MonkeyPatch) -> Ending:
    monkeypatch.setattr(shutdown, "CELERY_ENDS_WITHIN_SECONDS", 0.01)
    return Ending(share)


def test_the_process_ends_when_celery_does_not_after_its_last_work(ending: Ending, share: FairShare):
    ending.shutdown.begin()
    assert ending.ended.wait(60)
    assert (ending.codes, ending.done) == ([0], ["last work"])
    with occupied(share, "main") as granted:
        assert not granted


def test_the_process_does_not_end_before_its_reconciliations(ending: Ending, share: FairShare):
    with occupied(share, "main"):
        ending.shutdown.begin()
        assert not ending.ended.wait(0.3)
    assert ending.ended.wait(60)


def test_reconciliations_that_do_not_end_are_given_up(
    ending: Ending, share: FairShare, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutdown, "RECONCILIATIONS_END_WITHIN_SECONDS", 0.1)
    with occupied(share, "main"):
        ending.shutdown.begin()
        assert ending.ended.wait(60)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_another_signal_ends_the_process_at_once(ending: Ending, share: FairShare, number: signal.Signals):
    with occupied(share, "main"):
        ending.shutdown.begin()
        signal.raise_signal(number)
        assert ending.codes == [128 + number]
