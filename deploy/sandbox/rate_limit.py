"""How many calls a minute the account may make."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock

from deploy.sandbox.store import Clock


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one call was told; *reset* is the unix time at which the window ends, *wait* the seconds until then."""

    granted: bool
    limit: int
    remaining: int
    reset: int
    wait: int

    def retry_after(self) -> Mapping[str, str]:
        """Give the header `Retry-After` with a refusal, and none with a grant."""
        return {} if self.granted else {"Retry-After": str(self.wait)}


class RateLimit:
    """A fixed window that opens with the first call in it. Reads and writes share it: the stricter reading."""

    def __init__(self, clock: Clock, limit: int, window: float) -> None:
        """Allow *limit* calls in each *window* of seconds."""
        self._clock = clock
        self._lock = Lock()
        self._limit, self._window = limit, window
        self._used, self._ends = 0, 0.0

    def change(self, limit: int, window: float) -> None:
        """Let other numbers hold from now on, in a fresh window."""
        with self._lock:
            self._limit, self._window = limit, window
            self._used, self._ends = 0, 0.0

    def take(self) -> Allowance:
        """Count one call and say whether it is within the limit. A refused call uses up nothing."""
        with self._lock:
            now = self._clock()
            if now >= self._ends:
                self._used, self._ends = 0, now + self._window
            granted = self._used < self._limit
            self._used += granted
            reset = ceil(self._ends)
            return Allowance(granted, self._limit, max(0, self._limit - self._used), reset, max(1, ceil(reset - now)))
