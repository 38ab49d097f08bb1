"""The log lines of deliveries that come from known senders, one for each. No request waits for them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

_log = structlog.get_logger(__name__)

MAX_LINES = 5_000
"""The most lines that wait to be written, because the reader of the log may stop to read. More are only counted."""


class DeliveryLines:
    """Lines that wait to be written. The caller sees to it that one thread at a time adds or takes."""

    def __init__(self) -> None:
        self._lines: list[Mapping[str, object]] = []
        self._left_out = 0

    def add(self, values: Mapping[str, object]) -> None:
        """Add the line of one delivery, as of now."""
        if len(self._lines) < MAX_LINES:
            self._lines.append({"timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"), **values})
        else:
            self._left_out += 1

    def take(self) -> tuple[list[Mapping[str, object]], int]:
        """Take the lines out, and the number of those that were left out."""
        lines, left_out = self._lines, self._left_out
        self._lines, self._left_out = [], 0
        return lines, left_out


def write(lines: list[Mapping[str, object]], left_out: int) -> None:
    """Write the lines that `DeliveryLines.take` has returned."""
    log = _log.bind()  # once, because the logger is looked up for each line otherwise
    for values in lines:
        log.info("delivery_received", **values)
    if left_out:
        log.warning("deliveries_not_logged", count=left_out)
