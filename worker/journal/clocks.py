"""Clocks of the journal: microseconds since the epoch, UTC."""

import time
from collections.abc import Callable

from worker.domain.instants import SECOND

GOOD_FOR = 1.0
"""Seconds for which a clock is carried on before it is looked at again."""


def machine_now() -> int:
    """The machine's clock."""
    return time.time_ns() // 1000


class CarriedClock:
    """A clock that costs a round trip to *look* at: between two looks, *elapsed* (seconds) carries it on.

    It is never ahead of the clock itself, and behind it by no more than the last look took. Threads may share it: at
    worst, two of them look at the same time.
    """

    def __init__(self, look: Callable[[], int], elapsed: Callable[[], float] = time.monotonic) -> None:
        self._look, self._elapsed = look, elapsed
        self._seen: tuple[int, float] = 0, float("-inf")

    def __call__(self) -> int:
        """Return the instant; raises what *look* raises."""
        now, at = self._seen
        if self._elapsed() - at > GOOD_FOR:
            now = self._look()
            # The answer was true before it arrived: from here on, the clock is behind by the time that it travelled.
            at = self._elapsed()
            self._seen = now, at
        return now + int((self._elapsed() - at) * SECOND)
