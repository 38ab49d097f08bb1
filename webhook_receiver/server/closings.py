"""What a log says about connections that were closed because somebody took too much."""

from collections import Counter
from enum import StrEnum

import structlog

LOG_EVERY_SECONDS = 60.0

log = structlog.get_logger()


class Closing(StrEnum):
    """Why a connection was closed without the sender's doing."""

    ROOM = "room"
    """There were too many connections, and others needed the place."""
    ADDRESS = "address"
    """There were too many connections of one address."""
    UNREAD = "unread"
    """The sender did not take its answer."""
    MEMORY = "memory"
    """Requests without an answer filled the memory that they may have; the sender of a whole delivery got 503."""
    LATE = "late"
    """A delivery was not written in time; its sender got 503."""


class Closings:
    """Counts closed connections, and logs them: one line a minute, however many there are."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._logged_at = float("-inf")

    def count(self, closing: Closing, number: int = 1) -> None:
        self._counts[closing] += number

    def report(self, now: float) -> None:
        """Log what was counted, unless the last line is younger than a minute at *now* (seconds)."""
        if self._counts.total() and now - self._logged_at > LOG_EVERY_SECONDS:
            log.warning("connections_closed", **self._counts)
            self._counts.clear()
            self._logged_at = now
