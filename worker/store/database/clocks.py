"""The clock of the database, as instants: microseconds since 1970, UTC."""

import time
from collections.abc import Callable

from worker.domain.instants import SECOND, Instant

READING_LASTS_SECONDS = 1.0
"""For this long, a reading of a clock is used; then the clock is read again."""


def machine_now() -> Instant:
    """Return the time of this machine's clock."""
    return time.time_ns() // 1000


class CarriedClock:
    """A clock for which *read* costs a round trip. Between two readings, the time of *monotonic* (seconds) is added.

    It is never ahead of the clock that *read* reads, and behind it by at most the time that the last reading took.
    Threads may share it: at worst, two of them read at the same time.
    """

    def __init__(self, read: Callable[[], Instant], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._read, self._monotonic = read, monotonic
        self._reading: tuple[Instant, float] = 0, float("-inf")

    def now(self) -> Instant:
        """Return the time. Raises what *read* raises."""
        instant, read_at = self._reading
        if self._monotonic() - read_at > READING_LASTS_SECONDS:
            instant = self._read()
            # The clock was read before the answer arrived, so this clock is behind by the time that the answer took.
            read_at = self._monotonic()
            self._reading = instant, read_at
        return instant + int((self._monotonic() - read_at) * SECOND)
