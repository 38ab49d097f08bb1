"""Group commit: callers that come while a transaction is under way share the next one."""

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

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Does the work of concurrent callers together. The first of the waiting callers, the leader, does it for all.

    *work* takes the waiting items in the order in which they came, and returns as many results, or raises and has no
    effect. When it raises, each item of the group is done alone, but `StoreUnavailable` goes to all callers of the
    group. A lone caller runs at once. A caller waits at most *timeout_seconds*. After each group, the database is free
    for other processes for *pause_seconds*.

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
        self._waiting: deque[_Caller[Item, Result]] = deque()
        self._has_leader = False
        self._ended_at = 0.0

    def run(self, item: Item) -> Result:
        """Return the result for *item*. Raises what *work* raises, and `StoreUnavailable` after the timeout."""
        caller = _Caller[Item, Result](item)
        with self._mutex:
            self._waiting.append(caller)
            caller.leads, self._has_leader = not self._has_leader, True
        if not (caller.leads or caller.called.acquire(timeout=self._timeout_seconds)):
            self._give_up(caller)
        if caller.leads:
            self._lead()
        return caller.result()

    @property
    def waiting(self) -> int:
        """The number of callers that wait."""
        return len(self._waiting)

    def _give_up(self, caller: "_Caller[Item, Result]") -> None:
        with self._mutex:
            if caller.leads or caller.is_settled:  # it was called at the last moment
                return
            if caller in self._waiting:  # else a group does its work now, and its sender will repeat it
                self._waiting.remove(caller)
        raise StoreUnavailable("the database is busy")

    def _lead(self) -> None:
        if (pause := self._ended_at + self._pause_seconds - time.monotonic()) > 0:
            time.sleep(pause)
        with self._mutex:
            group = self._next_group()
        try:
            self._settle(group)
        finally:
            self._ended_at = time.monotonic()
            self._hand_over(group)

    def _next_group(self) -> list["_Caller[Item, Result]"]:
        """Take the first waiting caller, and those after it that the group has room for. The others wait on."""
        group, weight, others = list[_Caller[Item, Result]](), 0, deque[_Caller[Item, Result]]()
        for caller in self._waiting:
            heavier = weight + self._weigh(caller.item)
            if not group or (len(group) < MAX_ITEMS and heavier <= MAX_WEIGHT):
                group.append(caller)
                weight = heavier
            else:
                others.append(caller)
        self._waiting = others
        return group

    def _settle(self, group: Sequence["_Caller[Item, Result]"]) -> None:
        try:
            results = self._work([caller.item for caller in group])
        except Exception as error:  # noqa: BLE001 - it is raised again, to its callers
            if len(group) == 1 or isinstance(error, StoreUnavailable):
                for caller in group:
                    caller.error = error
            else:
                for caller in group:
                    self._settle([caller])
        else:
            for caller, result in zip(group, results, strict=True):
                caller.results = [result]

    def _hand_over(self, group: Sequence["_Caller[Item, Result]"]) -> None:
        """Let the first waiting caller lead the next group, and release the callers of this one."""
        with self._mutex:
            self._has_leader = bool(self._waiting)
            if self._has_leader:
                self._waiting[0].leads = True
                self._waiting[0].called.release()
        for caller in group:
            if not caller.is_settled:  # the leader was interrupted
                caller.error = StoreUnavailable("the database is busy")
            caller.called.release()


class _Caller(Generic[Item, Result]):
    """One caller: its item, and its result or error. `called` is released when it is to lead, or is settled."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.leads = False
        self.called = threading.Semaphore(0)
        self.results: Sequence[Result] = ()
        self.error: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.results) or self.error is not None

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.results[0]
