"""What a log says about connections that were closed because somebody took too much."""

import threading
from collections import Counter
from enum import StrEnum
from functools import partial

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
    """Counts closed connections, and has them logged: one line a minute, however many there are.

    A thread of its own writes each line, because the reader of the log may stop to read, and the caller reads sockets.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._logged_at = float("-inf")
        self._writer: threading.Thread | None = None

    def count(self, closing: Closing, number: int = 1) -> None:
        self._counts[closing] += number

    def report(self, now: float) -> None:
        """Have logged what was counted, unless the last line is younger than a minute at *now* (seconds)."""
        is_writing = self._writer is not None and self._writer.is_alive()
        if is_writing or not self._counts.total() or now - self._logged_at <= LOG_EVERY_SECONDS:
            return
        counts, self._counts, self._logged_at = self._counts, Counter(), now
        write = partial(log.warning, "connections_closed", **counts)
        self._writer = threading.Thread(target=write, name="closings", daemon=True)
        self._writer.start()
