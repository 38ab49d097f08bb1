"""Group commit: items that are submitted before a transaction begins share it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from worker.domain.errors import StoreUnavailable

MAX_ITEMS = 64
"""The most items in one transaction, so that no transaction takes long."""
MAX_WEIGHT = 1000
"""The most weight in one transaction, unless its first item alone has more."""
MAX_UNASKED = 2 * MAX_ITEMS
"""The most items that wait although nobody asks for their results."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Does the work of many items together. Whoever first asks for a result, the leader, has it done for all that wait.

    *work* takes the waiting items in the order in which they were submitted, and returns as many results, or raises and
    has no effect. When it raises, each item of the group is done alone, but `StoreUnavailable` goes to all of them. A
    lone caller runs at once. A caller waits at most *timeout_seconds* for its turn. After each group, the database is
    free for other processes for *pause_seconds*.

    *weigh* tells how much more work an item is than an ordinary one, which weighs 0. An item that is too heavy for a
    group waits for a later one, and does not keep lighter ones waiting.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        timeout_seconds: float,
        *,
        pause_seconds: float = 0.0,
        weigh: Callable[[Item], int] = lambda _: 0,
    ) -> None:
        self._work, self._timeout_seconds, self._pause_seconds = work, timeout_seconds, pause_seconds
        self._weigh = weigh
        self._mutex = threading.Lock()
        self._waiting: deque[Pending[Item, Result]] = deque()
        self._has_leader = False
        self._ended_at = 0.0

    def run(self, item: Item) -> Result:
        """Return the result for *item*. Raises what *work* raises, and `StoreUnavailable` after the timeout."""
        return self.submit(item).result()

    def submit(self, item: Item) -> "Pending[Item, Result]":
        """Let *item* wait for the next group. This waits for nothing.

        An item whose result nobody asks for is done with the group of the next one that is asked for. So that such
        items take a bounded room, the oldest are left out when there are more than `MAX_UNASKED`.
        """
        pending = Pending(item, self._complete)
        with self._mutex:
            self._waiting.append(pending)
            if len(self._waiting) > MAX_UNASKED:
                self._leave_out_unasked()
        return pending

    def _leave_out_unasked(self) -> None:
        unasked = [pending for pending in self._waiting if not (pending.called or pending.leads)]
        for pending in unasked[:-MAX_UNASKED]:
            self._leave_out(pending)

    def _leave_out(self, pending: "Pending[Item, Result]") -> None:
        self._waiting.remove(pending)
        pending.error = StoreUnavailable("the database is busy")

    @property
    def waiting(self) -> int:
        """The number of items that wait."""
        return len(self._waiting)

    def _complete(self, pending: "Pending[Item, Result]") -> None:
        """Return when *pending* is settled: lead a group, or wait for its leader, or both."""
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            with self._mutex:
                if pending.is_settled:
                    return
                if not self._has_leader:
                    self._has_leader = pending.leads = True
                else:
                    pending.called = threading.Semaphore(0)
            if not (pending.leads or pending.awaits_call(deadline)):
                self._give_up(pending)
            if pending.leads:
                pending.leads = False
                self._lead()

    def _give_up(self, pending: "Pending[Item, Result]") -> None:
        with self._mutex:
            if pending.leads or pending.is_settled:  # it was called at the last moment
                return
            if pending in self._waiting:  # else a group does its work now, and its sender will repeat it
                self._leave_out(pending)
        raise StoreUnavailable("the database is busy")

    def _lead(self) -> None:
        group = list[Pending[Item, Result]]()
        try:
            if (pause := self._ended_at + self._pause_seconds - time.monotonic()) > 0:
                time.sleep(pause)
            with self._mutex:
                group = self._next_group()
            self._settle(group)
        finally:
            self._ended_at = time.monotonic()
            self._hand_over(group)

    def _next_group(self) -> list["Pending[Item, Result]"]:
        """Take the first waiting item, and those after it that the group has room for. The others wait on."""
        group, weight, others = list[Pending[Item, Result]](), 0, deque[Pending[Item, Result]]()
        for pending in self._waiting:
            heavier = weight + self._weigh(pending.item)
            if not group or (len(group) < MAX_ITEMS and heavier <= MAX_WEIGHT):
                group.append(pending)
                weight = heavier
            else:
                others.append(pending)
        self._waiting = others
        return group

    def _settle(self, group: Sequence["Pending[Item, Result]"]) -> None:
        try:
            results = self._work([pending.item for pending in group])
        except Exception as error:  # noqa: BLE001 - it is raised again, to those who ask
            if len(group) == 1 or isinstance(error, StoreUnavailable):
                for pending in group:
                    pending.error = error
            else:
                for pending in group:
                    self._settle([pending])
        else:
            for pending, result in zip(group, results, strict=True):
                pending.results = (result,)

    def _hand_over(self, group: Sequence["Pending[Item, Result]"]) -> None:
        """Let the first caller that waits lead the next group, and release the callers of this one."""
        for pending in group:
            if not pending.is_settled:  # the leader was interrupted
                pending.error = StoreUnavailable("the database is busy")
        with self._mutex:
            next_leader = next((pending for pending in self._waiting if pending.called), None)
            self._has_leader = next_leader is not None
            if next_leader:
                next_leader.leads = True
            for pending in (*group, *([next_leader] if next_leader else ())):
                if pending.called:
                    pending.called.release()
                    pending.called = None


class Pending(Generic[Item, Result]):
    """An item that was submitted, and its result or error. One thread asks for the result.

    `called` is there while that thread waits: it is released when the item is settled, or its caller is to lead.
    """

    __slots__ = ("_complete", "called", "error", "item", "leads", "results")

    def __init__(self, item: Item, complete: "Callable[[Pending[Item, Result]], None]") -> None:
        self.item, self._complete = item, complete
        self.leads = False
        self.called: threading.Semaphore | None = None
        self.results: tuple[Result, ...] = ()
        self.error: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.results) or self.error is not None

    def awaits_call(self, deadline: float) -> bool:
        """Wait until the caller is called, and return True; or False at *deadline* (seconds)."""
        called = self.called
        return called is None or called.acquire(timeout=max(0.0, deadline - time.monotonic()))

    def result(self) -> Result:
        """Return the result. Raises what the work has raised, and `StoreUnavailable` after the timeout."""
        self._complete(self)
        if self.error is not None:
            raise self.error
        return self.results[0]
