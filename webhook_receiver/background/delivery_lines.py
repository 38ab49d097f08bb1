"""The log lines of deliveries that come from known senders, one for each. No request waits for them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

_log = structlog.get_logger(__name__)

MAX_LINES = 5_000
"""The most lines that wait to be written, because the reader of the log may stop to read. More are only counted."""


class Line(NamedTuple):
    """The line of one delivery. *is_written* is False for one that the database did not take."""

    values: Mapping[str, object]
    is_written: bool


class DeliveryLines:
    """Lines that wait to be written. The caller sees to it that one thread at a time adds or takes."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._left_out = 0

    def add(self, values: Mapping[str, object], *, is_written: bool = True) -> None:
        """Add the line of one delivery, as of now."""
        if len(self._lines) < MAX_LINES:
            now = {"timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
            self._lines.append(Line({**now, **values}, is_written))
        else:
            self._left_out += 1

    def take(self) -> tuple[Sequence[Line], int]:
        """Take the lines out, and the number of those that were left out."""
        lines, left_out = self._lines, self._left_out
        self._lines, self._left_out = [], 0
        return lines, left_out


def write(lines: Sequence[Line], left_out: int) -> None:
    """Write the lines that `DeliveryLines.take` has returned."""
    log = _log.bind()  # once, because the logger is looked up for each line otherwise
    for values, is_written in lines:
        if is_written:
            log.info("delivery_received", **values)
        else:
            log.warning("delivery_not_written", **values)
    if left_out:
        log.warning("deliveries_not_logged", count=left_out)
