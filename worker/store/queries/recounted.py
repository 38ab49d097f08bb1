"""A result that takes long to count: a thread of the process counts it anew when somebody asks, and rests in between.

So a page costs no more with a million rows than with none, and the counting takes a small part of one core at most.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from worker.domain.errors import StoreUnavailable

REST_AFTER = 50
"""After each count, the thread rests for so many times its duration."""
LEAST_REST_SECONDS = 1.0
AFTER_FAILURE_SECONDS = 5.0

T = TypeVar("T")
log = structlog.get_logger()


class Recounted(Generic[T]):
    """What *count* returned last. It may raise `StoreUnavailable`: then the result before stays.

    *name* is that of the thread and in the log. *least_rest_seconds* is the shortest time between two counts.
    """

    def __init__(self, name: str, count: Callable[[], T], *, least_rest_seconds: float = LEAST_REST_SECONDS) -> None:
        self._name, self._count, self._least_rest_seconds = name, count, least_rest_seconds
        self._latest: T | None = None
        self._next_at = float("-inf")
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def latest(self, wait_seconds: float = 0.0) -> T | None:
        """Return the last result, and begin the next count if it is time; None until the first has ended.

        A count that is under way is awaited for up to *wait_seconds*: a small database has a fresh result by then.
        """
        thread = self._running()
        if thread is not None:
            thread.join(wait_seconds)
        return self._latest

    def close(self, timeout_seconds: float = 1.0) -> None:
        """Begin no count any more, and wait for the one that is under way, up to *timeout_seconds*."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
        if thread is not None:
            thread.join(timeout_seconds)

    def _running(self) -> threading.Thread | None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return self._thread
            if self._is_closed or time.monotonic() < self._next_at:
                return None
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
            return self._thread

    def _run(self) -> None:
        began, rest = time.monotonic(), AFTER_FAILURE_SECONDS
        try:
            self._latest = self._count()
            rest = max(self._least_rest_seconds, REST_AFTER * (time.monotonic() - began))
        except StoreUnavailable as error:
            log.warning("not_counted", what=self._name, detail=str(error))
        except Exception:  # a defect must not be silent
            log.exception("not_counted", what=self._name)
        self._next_at = time.monotonic() + rest
