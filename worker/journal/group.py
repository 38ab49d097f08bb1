"""Group commit: callers that come while a transaction is under way share the next one."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from worker.domain.errors import JournalUnavailable

MOST = 64
"""Items that one transaction takes on, so that no turn lasts."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Does the work of concurrent callers together: the first of those who wait does it for all of them.

    *work* takes what has gathered, in the order in which it came, and returns as many results, or raises and leaves
    nothing behind. A group in which something goes wrong is broken up, and each of its items worked on alone;
    `JournalUnavailable` is raised to all of it. Nobody waits for company: who comes alone works alone, and at once.
    Nobody waits longer than *patience* seconds for a turn. For *breath* seconds after each group, the database is left
    to other processes.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Result]], patience: float, *, breath: float = 0.0
    ) -> None:
        self._work, self._patience, self._breath = work, patience, breath
        self._mutex = threading.Lock()
        self._waiting: deque[_Place[Item, Result]] = deque()
        self._is_led = False
        self._ended_at = 0.0

    def __call__(self, item: Item) -> Result:
        """Return the result for *item*; raises what *work* raises, and `JournalUnavailable` when no turn comes."""
        place = _Place[Item, Result](item)
        with self._mutex:
            self._waiting.append(place)
            place.leads, self._is_led = not self._is_led, True
        if not (place.leads or place.called.acquire(timeout=self._patience)):
            self._give_up(place)
        if place.leads:
            self._lead()
        return place.result()

    @property
    def waiting(self) -> int:
        """How many callers wait for a turn."""
        return len(self._waiting)

    def _give_up(self, place: "_Place[Item, Result]") -> None:
        with self._mutex:
            if place.leads or place.is_settled:  # called at the last moment
                return
            if place in self._waiting:  # else it was taken along, and its sender will hear when it comes again
                self._waiting.remove(place)
        raise JournalUnavailable("the database is busy")

    def _lead(self) -> None:
        if (breath := self._ended_at + self._breath - time.monotonic()) > 0:
            time.sleep(breath)
        with self._mutex:
            group = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._settle(group)
        finally:
            self._ended_at = time.monotonic()
            self._call(group)

    def _settle(self, group: Sequence["_Place[Item, Result]"]) -> None:
        try:
            results = self._work([place.item for place in group])
        except Exception as error:  # noqa: BLE001 - it is raised again, to whom it concerns
            if len(group) == 1 or isinstance(error, JournalUnavailable):
                for place in group:
                    place.error = error
            else:
                for place in group:
                    self._settle([place])
        else:
            for place, result in zip(group, results, strict=True):
                place.results = [result]

    def _call(self, group: Sequence["_Place[Item, Result]"]) -> None:
        """Let whoever waits first lead the next group, and this one go."""
        with self._mutex:
            self._is_led = bool(self._waiting)
            if self._is_led:
                self._waiting[0].leads = True
                self._waiting[0].called.release()
        for place in group:
            if not place.is_settled:  # the one who led was interrupted
                place.error = JournalUnavailable("the database is busy")
            place.called.release()


class _Place(Generic[Item, Result]):
    """One caller's item, and what has come of it. It is *called* when it is to lead, or is settled."""

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
