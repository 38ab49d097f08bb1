"""The clock of the story: a day in a quarter of a minute."""

import time
from datetime import UTC, datetime, timedelta

from worker.cli.demo.script import minutes

MINUTE = 0.028
"""Seconds in which a minute of the story passes."""
A_DAY = 24 * 60


class DayClock:
    """Runs from its making on, when the story's day opens at *opens* (`09:00`)."""

    def __init__(self, opens: str) -> None:
        self._opens, self._began, self._real = minutes(opens), time.monotonic(), datetime.now(UTC)

    @property
    def now(self) -> int:
        """The story's time, in minutes after midnight."""
        return self._opens + int((time.monotonic() - self._began) / MINUTE)

    def instant(self, clock: str) -> str:
        """Return the real instant, in ISO 8601, at which it is *clock* in the story: no event has a made-up date."""
        passed = (minutes(clock) - self._opens) * MINUTE
        return (self._real + timedelta(seconds=passed)).isoformat()


def told(now: int) -> str:
    """Return minutes after midnight as a clock shows them."""
    return f"{now % A_DAY // 60:02}:{now % 60:02}"
