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
    """Adds up deletions, by source and outcome, until they are logged: the first at once, then one line a minute.

    The database has the sums: `kept`.
    """

    def __init__(self, monotonic_seconds: Callable[[], float] = monotonic) -> None:
        self._monotonic_seconds, self._lock = monotonic_seconds, threading.Lock()
        self._counts: Counter[KeptKey] = Counter()
        self._said_at: dict[KeptKey, float] = {}

    def add(self, evicted: Mapping[KeptKey, int]) -> None:
        """Add how many deliveries were deleted."""
        with self._lock:
            self._counts.update(evicted)

    def write(self, *, is_last: bool = False) -> None:
        """Log what is due; at the end, all that was not logged yet. Nobody waits for the log meanwhile."""
        for key, count in self._due(is_last=is_last):
            log.warning("deliveries_evicted", source=key.source, outcome=key.outcome, count=count)

    def _due(self, *, is_last: bool) -> list[tuple[KeptKey, int]]:
        with self._lock:
            now = self._monotonic_seconds()
            due = [
                key
                for key in sorted(self._counts)
                if is_last or now - self._said_at.get(key, float("-inf")) >= INTERVAL_SECONDS
            ]
            self._said_at.update(dict.fromkeys(due, now))
            return [(key, self._counts.pop(key)) for key in due]
