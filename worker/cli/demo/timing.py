"""The clock of the demo day, and the time limit of the demo."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

MINUTE_SECONDS = 0.028
"""The length of a minute of the demo day: nine hours take a quarter of a real minute."""
MINUTES_OF_A_DAY = 24 * 60
POLL_INTERVAL_SECONDS = 0.1
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def minutes_of(clock: str) -> int:
    """Return a time of the day (`09:05`) in minutes after midnight."""
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


def clock_text(minutes: int) -> str:
    """Return minutes after midnight as a time of the day (`09:05`)."""
    return f"{minutes % MINUTES_OF_A_DAY // 60:02}:{minutes % 60:02}"


class DayClock:
    """The clock of the demo day, which begins at *opening* (`09:00`) when the clock is made."""

    def __init__(self, opening: str) -> None:
        self._opening = minutes_of(opening)
        self._began, self._began_at = time.monotonic(), datetime.now(UTC)

    @property
    def minutes(self) -> int:
        """The time of the demo day, in minutes after midnight."""
        return self._opening + int((time.monotonic() - self._began) / MINUTE_SECONDS)

    def moment(self, clock: str) -> datetime:
        """Return the real time at which the demo day reaches *clock*, in UTC. Events have real timestamps."""
        seconds = (minutes_of(clock) - self._opening) * MINUTE_SECONDS
        return self._began_at + timedelta(seconds=seconds)


class TimeLimit:
    """A time limit of *seconds*, which a signal can end earlier. Only `pause` acts on the signal, never a cleanup."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._is_interrupted = False

    @contextmanager
    def signals_handled(self) -> Iterator[None]:
        """Handle Ctrl-C, SIGTERM and SIGHUP during the block. A signal that is ignored stays ignored."""
        numbers = [number for number in END_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        previous = {number: signal.signal(number, self._interrupt) for number in numbers}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._ends

    def pause(self) -> None:
        """Sleep for `POLL_INTERVAL_SECONDS`. Raises KeyboardInterrupt after a signal."""
        if not self._is_interrupted:
            time.sleep(POLL_INTERVAL_SECONDS)
        if self._is_interrupted:
            raise KeyboardInterrupt

    def wait_for(self, condition: Callable[[], object]) -> bool:
        """Wait until *condition* is true, and return True; return False when the time is up first."""
        while not condition():
            if self.is_over:
                return False
            self.pause()
        return True

    def _interrupt(self, *_signal: object) -> None:
        self._is_interrupted = True
