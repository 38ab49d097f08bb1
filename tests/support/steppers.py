"""Steppers: workers that each reconcile in a thread of their own, and move only when a test says so.

A stepper pauses at every call to the order store and to the platform. The test decides what happens in between: new
events, the steps of another worker, passing time (a stopped process), or a kill.
"""

import threading
from collections.abc import Callable
from typing import Any

from tests.support.events import KEY
from tests.support.harness import Harness
from worker.domain.instants import SECOND
from worker.domain.orders import Reading
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update

TIMEOUT_SECONDS = 30.0


class Killed(BaseException):
    """The process is killed at its pause."""


class Stepper:
    """One worker. *lease* is the end of the lease that it believes it has; None without one."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.lease: int | None = None
        self.crash: BaseException | None = None
        self._may_move, self._has_paused = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._is_killed = False

    @property
    def is_busy(self) -> bool:
        return self._thread is not None

    def step(self) -> None:
        """Let the worker go on to its next pause; an idle one begins a reconciliation."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        else:
            self._may_move.release()
        if not self._has_paused.acquire(timeout=TIMEOUT_SECONDS):
            raise AssertionError("the worker hangs")
        if self.crash:
            raise self.crash

    def finish(self) -> None:
        """Let the worker go on until its reconciliation has ended."""
        while self.is_busy:
            self.step()

    def kill(self) -> None:
        """Kill the worker at its pause; it may begin again."""
        self._is_killed = True
        self.finish()
        self._is_killed, self.lease = False, None

    def pause(self) -> None:
        """Wait until the test lets the worker go on. Raises `Killed`."""
        self._has_paused.release()
        self._may_move.acquire()
        if self._is_killed:
            raise Killed

    def _run(self) -> None:
        try:
            self.harness.reconciler(store=_OrderStore(self), apis={KEY.account: _Api(self)}).reconcile(KEY)
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's own thread
            self.crash = error
        self._thread = None
        self._has_paused.release()


class _OrderStore:
    """The order store, with a pause at every call, and a check that a lost lease changes nothing."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper, self._store = stepper, stepper.harness.order_store

    def lease(self, *arguments: Any) -> LeasedOrder | None:
        leased = self._store.lease(*arguments)
        self._stepper.lease = leased.lease_until if leased else None
        self._stepper.pause()
        return leased

    def announce(self, *arguments: Any) -> AnnouncedWrite | None:
        self._stepper.pause()
        announced: AnnouncedWrite | None = self._check_lease(self._store.announce, None, *arguments)
        if announced:
            self._stepper.lease = announced.lease_until
        self._stepper.pause()
        return announced

    def record_answer(self, *arguments: Any) -> bool:
        self._stepper.pause()
        return bool(self._check_lease(self._store.record_answer, False, *arguments))

    def finish(self, *arguments: Any) -> Finished:
        self._stepper.pause()
        finished: Finished = self._check_lease(self._store.finish, Finished.LEASE_LOST, *arguments)
        self._stepper.lease = None
        return finished

    def _check_lease(self, call: Callable[..., Any], result_without_lease: object, *arguments: Any) -> Any:
        harness, lease = self._stepper.harness, self._stepper.lease
        before = harness.row()
        result = call(*arguments)
        if lease is None or lease <= harness.clock():
            assert result == result_without_lease, "the store did not refuse a reconciliation that had lost its lease"
            assert harness.row() == before, "a reconciliation that had lost its lease wrote something"
        return result


class _Api:
    """The platform, with a pause while each call is under way, and a check that the call was allowed."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper, self._api = stepper, stepper.harness.api
        self.deadline, self.compose = self._api.deadline, self._api.compose

    def read(self, order_id: str) -> Reading:
        self._check_lease()
        reading = self._api.read(order_id)
        self._stepper.pause()
        return reading

    def write(self, order_id: str, update: Update) -> Reading:
        self._check_lease()
        self._check_announcement(str(update["status"]))
        answer = self._api.write(order_id, update)
        self._stepper.pause()
        return answer

    def probe(self) -> None:
        self._api.probe()

    def _check_lease(self) -> None:
        lease = self._stepper.lease
        assert lease is not None, "a call without a lease"
        assert lease - self._stepper.harness.clock() >= self.deadline, "a call that may outlast its lease"

    def _check_announcement(self, stage: str) -> None:
        harness = self._stepper.harness
        row, writes = harness.row(), harness.writes()
        assert row["sending"] == stage, "a write that was not announced"
        assert writes[-1] == (stage, "sent"), "a write that was not announced"
        assert harness.clock() - row["sent_at"] <= SECOND, "a write long after it was announced"
        assert (stage, "confirmed") not in writes, "a write of a stage that was confirmed"


class SleepingOrderStore:
    """The order store of a worker that is stopped (SIGSTOP) once, just after its call named *after* has returned.

    While it sleeps, for *sleep* microseconds, *meanwhile* happens.
    """

    def __init__(
        self, harness: Harness, after: str, sleep: int, meanwhile: Callable[[], object] = lambda: None
    ) -> None:
        self._harness, self._after, self._sleep, self._meanwhile = harness, after, sleep, meanwhile

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self._harness.order_store, name)
        return self._slow(call) if name == self._after else call

    def _slow(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            result = call(*arguments)
            if result and self._sleep:
                self._harness.clock.now += self._sleep
                self._sleep = 0
                self._meanwhile()
            return result

        return called
