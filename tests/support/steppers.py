"""Workers on strings: each runs its turns in a thread of its own, and moves only when a test pulls.

A worker halts before and after every call that leaves it, so that a test decides what happens in between: news, the
other worker, the passing of time (a process that was stopped), or its death.
"""

import threading
from collections.abc import Callable
from typing import Any

from tests.support.harness import Harness
from tests.support.stories import KEY
from worker.domain.instants import SECOND
from worker.domain.orders import Reading
from worker.ports import AnnouncedWrite, LeasedOrder, Update

TIMEOUT = 30.0


class Cut(BaseException):
    """The strings are cut: the process is killed where it stands."""


class Stepper:
    """One worker. *lease* is the end of the lease that it believes in; None while it has none."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.lease: int | None = None
        self._moves, self._halts = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._cut = False
        self.crash: BaseException | None = None

    @property
    def is_busy(self) -> bool:
        return self._thread is not None

    def pull(self) -> None:
        """Let the worker go on to its next halt; an idle one begins a turn."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        else:
            self._moves.release()
        if not self._halts.acquire(timeout=TIMEOUT):
            raise AssertionError("the worker hangs")
        if self.crash:
            raise self.crash

    def finish(self) -> None:
        """Let the worker go on until its turn has ended."""
        while self.is_busy:
            self.pull()

    def cut(self) -> None:
        """Kill the worker where it stands; it may begin anew."""
        self._cut = True
        self.finish()
        self._cut, self.lease = False, None

    def _run(self) -> None:
        try:
            self.harness.advance(order_store=_Turns(self), apis={KEY.account: _Api(self)})(KEY)
        except Cut:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's own thread
            self.crash = error
        self._thread = None
        self._halts.release()

    def halt(self) -> None:
        self._halts.release()
        self._moves.acquire()
        if self._cut:
            raise Cut


class _Turns:
    """The journal's turns, with a halt around every call and a check that a lost lease changes nothing."""

    def __init__(self, stepper: Stepper) -> None:
        self._puppet, self._turns = stepper, stepper.harness.order_store

    def take(self, *arguments: Any) -> LeasedOrder | None:
        leased = self._turns.take(*arguments)
        self._puppet.lease = leased.lease_until if leased else None
        self._puppet.halt()
        return leased

    def intend(self, *arguments: Any) -> AnnouncedWrite | None:
        self._puppet.halt()
        announced: AnnouncedWrite | None = self._unless_lost(self._turns.intend, *arguments)
        if announced:
            self._puppet.lease = announced.lease_until
        self._puppet.halt()
        return announced

    def answered(self, *arguments: Any) -> bool:
        self._puppet.halt()
        return bool(self._unless_lost(self._turns.answered, *arguments))

    def release(self, *arguments: Any) -> bool | None:
        self._puppet.halt()
        news = bool(self._unless_lost(self._turns.release, *arguments))
        self._puppet.lease = None
        return news

    def _unless_lost(self, call: Callable[..., Any], *arguments: Any) -> Any:
        harness, lease = self._puppet.harness, self._puppet.lease
        before = harness.row()
        result = call(*arguments)
        if lease is None or lease <= harness.clock():
            assert not result, "a turn that lost its lease was let through"
            assert harness.row() == before, "a turn that lost its lease wrote something"
        return result


class _Api:
    """The platform, with a halt while each call is under way, and a check that the call was allowed."""

    def __init__(self, stepper: Stepper) -> None:
        self._puppet, self._api = stepper, stepper.harness.api
        self.deadline, self.compose = self._api.deadline, self._api.compose

    def read(self, order_id: str) -> Reading:
        self._check_lease()
        reading = self._api.read(order_id)
        self._puppet.halt()
        return reading

    def write(self, order_id: str, update: Update) -> Reading:
        self._check_lease()
        self._check_intent(str(update["status"]))
        answer = self._api.write(order_id, update)
        self._puppet.halt()
        return answer

    def probe(self) -> None:
        self._api.probe()

    def _check_lease(self) -> None:
        lease = self._puppet.lease
        assert lease is not None, "a call without a lease"
        assert lease - self._puppet.harness.clock() >= self.deadline, "a call that may outlast its lease"

    def _check_intent(self, stage: str) -> None:
        harness = self._puppet.harness
        row, steps = harness.row(), harness.steps()
        assert row["sending"] == stage, "a write that the journal does not know of"
        assert steps[-1] == (stage, "sent"), "a write that the journal does not know of"
        assert harness.clock() - row["sent_at"] <= SECOND, "a write long after it was announced"
        assert (stage, "confirmed") not in steps, "a write of what was confirmed"


class Sleepy:
    """The turns of a worker that is stopped (SIGSTOP) once, just after its call named *after* has returned.

    While it sleeps, for *sleep* microseconds, *then* happens.
    """

    def __init__(self, harness: Harness, after: str, sleep: int, then: Callable[[], object] = lambda: None) -> None:
        self._stage, self._after, self._sleep, self._then = harness, after, sleep, then

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self._stage.order_store, name)
        return self._slow(call) if name == self._after else call

    def _slow(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            result = call(*arguments)
            if result and self._sleep:
                self._stage.clock.now += self._sleep
                self._sleep = 0
                self._then()
            return result

        return called
