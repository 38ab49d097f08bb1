"""Log lines about deliveries that were deleted because too much was kept of a source: one a minute for each kind."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from time import monotonic

import structlog

from worker.domain.kept import KeptKey

INTERVAL_SECONDS = 60.0
"""The shortest time between two lines about the same source and outcome."""

log = structlog.get_logger()


class EvictionLog:
    """Adds up deletions, by source and outcome, and logs the first at once, then at most one line a minute.

    What was not logged is in the next line, which `write` logs when its minute is over, although no more is deleted.
    The database has the sums: `kept`.
    """

    def __init__(self, monotonic_seconds: Callable[[], float] = monotonic) -> None:
        self._monotonic_seconds, self._lock = monotonic_seconds, threading.Lock()
        self._counts: Counter[KeptKey] = Counter()
        self._said_at: dict[KeptKey, float] = {}

    def add(self, evicted: Mapping[KeptKey, int]) -> None:
        """Add how many deliveries were deleted, and log what is due."""
        with self._lock:
            self._counts.update(evicted)
        self.write()

    def write(self, *, is_last: bool = False) -> None:
        """Log what is due; at the end, all that was not logged yet."""
        with self._lock:
            now = self._monotonic_seconds()
            for key in sorted(self._counts):
                if is_last or now - self._said_at.get(key, float("-inf")) >= INTERVAL_SECONDS:
                    self._said_at[key] = now
                    count = self._counts.pop(key)
                    log.warning("deliveries_evicted", source=key.source, outcome=key.outcome, count=count)
