"""Counts the messages that are no wake-ups, and logs them once a minute."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import structlog

from worker.queue.messages import Flaw

log = structlog.get_logger()

LOG_EVERY_SECONDS = 60.0


class DroppedMessages:
    """The messages that this process has dropped, by their flaw. *monotonic* returns seconds.

    The first one is logged at once; those of the next minute are logged together.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._counts = Counter[Flaw]()
        self._logged_at = float("-inf")
        self._lock = threading.Lock()

    def add(self, flaw: Flaw) -> None:
        """Count one message. It writes a log line if the last one is a minute old."""
        with self._lock:
            self._counts[flaw] += 1
        self.log_if_due()

    def log_if_due(self) -> None:
        """Log what was counted since the last line, if that line is a minute old. No content of a message is logged."""
        with self._lock:
            if not self._counts or self._monotonic() - self._logged_at < LOG_EVERY_SECONDS:
                return
            counts, self._counts, self._logged_at = self._counts, Counter[Flaw](), self._monotonic()
        flaws = {flaw.value: count for flaw, count in sorted(counts.items())}
        log.warning("messages_dropped", count=counts.total(), flaws=flaws)


dropped = DroppedMessages()
"""Those of this process: the classes that kombu and Celery create themselves find them here."""
