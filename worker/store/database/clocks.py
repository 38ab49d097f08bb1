"""The clocks of the database: microseconds since 1970, UTC."""

import time
from collections.abc import Callable

from worker.domain.instants import SECOND, Instant

READING_LASTS_SECONDS = 1.0
"""How long a clock is carried on before it is read again."""


def machine_now() -> Instant:
    """Return the time of the machine's clock."""
    return time.time_ns() // 1000


class CarriedClock:
    """A clock that costs a round trip to *read*: between two readings, *monotonic* (seconds) carries it on.

    It is never ahead of the clock itself, and behind it at most by the time that the last reading took. Threads may
    share it: at worst, two of them read at the same time.
    """

    def __init__(self, read: Callable[[], Instant], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._read, self._monotonic = read, monotonic
        self._reading: tuple[Instant, float] = 0, float("-inf")

    def now(self) -> Instant:
        """Return the time. Raises what *read* raises."""
        instant, read_at = self._reading
        if self._monotonic() - read_at > READING_LASTS_SECONDS:
            instant = self._read()
            # The answer was true before it arrived, so the carried clock is behind by the time that it travelled.
            read_at = self._monotonic()
            self._reading = instant, read_at
        return instant + int((self._monotonic() - read_at) * SECOND)
