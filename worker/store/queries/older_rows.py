"""Counts of the rows that are not recent, which a thread of the process makes page by page and rests in between.

The metrics need them, and a pass over a large table takes longer than a scrape may. A thread runs only after somebody
has asked, and only if there are such rows.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Table

from worker.domain.errors import StoreUnavailable
from worker.store.database.database import Database
from worker.store.queries.row_ranges import Rows, last_older_ids, pages_until

LASTS_SECONDS = 60.0
"""No pass begins sooner after the last one."""
REST_AFTER_PAGE, REST_IN_FIRST_PASS = 4, 1
REST_AFTER_PASS = 50
"""A page is followed by a rest of so many times its duration, and a pass by so many times that of all its pages."""

K = TypeVar("K", bound=Hashable)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Older(Generic[K]):
    """The *counts* of all rows with ids up to *ends*, by table."""

    ends: Mapping[Table, int]
    counts: Counter[K]


class OlderRows(Generic[K]):
    """The counts that *count_page* makes of each page of the older rows, summed up. It may raise `StoreUnavailable`."""

    def __init__(self, database: Database, count_page: Callable[[Rows], Mapping[K, int]]) -> None:
        self._database, self._count_page = database, count_page
        self._latest: Older[K] | None = None
        self._next_pass_at = float("-inf")
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def latest(self) -> Older[K] | None:
        """Return the counts of the last pass, and begin another one if it is time. None until the first has ended.

        Raises `StoreUnavailable`.
        """
        with self._database.read() as connection:
            ends = last_older_ids(connection)
        if not any(ends.values()):
            return Older(ends, Counter())
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if not is_running and not self._closed.is_set() and time.monotonic() >= self._next_pass_at:
                self._thread = threading.Thread(target=self._run, args=(ends,), name="older-rows", daemon=True)
                self._thread.start()
            return self._latest

    def close(self, timeout_seconds: float = 1.0) -> None:
        """Begin no page any more, and wait for the one that is under way."""
        self._closed.set()
        with self._lock:
            thread = self._thread
        if thread:
            thread.join(timeout_seconds)

    def _run(self, ends: Mapping[Table, int]) -> None:
        seconds = 0.0
        try:
            seconds = self._count(ends)
        except StoreUnavailable as error:  # the counts before stay; the next request begins again
            log.warning("older_rows_not_counted", detail=str(error))
        except Exception:  # a defect must not be silent
            log.exception("older_rows_not_counted")
        self._next_pass_at = time.monotonic() + max(LASTS_SECONDS, REST_AFTER_PASS * seconds)

    def _count(self, ends: Mapping[Table, int]) -> float:
        """Make a pass up to *ends*, and return how long its pages have taken, in seconds."""
        counts: Counter[K] = Counter()
        total, rest = 0.0, REST_AFTER_PAGE if self._latest else REST_IN_FIRST_PASS
        for page in pages_until(ends):
            if self._closed.is_set():
                return total
            began = time.monotonic()
            counts.update(self._count_page(page))
            seconds = time.monotonic() - began
            total += seconds
            self._closed.wait(rest * seconds)
        self._latest = Older(ends, counts)
        return total
