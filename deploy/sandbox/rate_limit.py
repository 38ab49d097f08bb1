"""The rate limit of the account: how many calls a window allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock

from deploy.sandbox.instants import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *calls* in each window of *window_s* seconds."""

    calls: int
    window_s: float = 60.0


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """The rate limit after one call. *is_allowed*: the limit allows this call.

    *reset_at* is the end of the window in unix seconds, *wait_s* the time until then in seconds.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset_at: int
    wait_s: int

    def retry_after(self) -> Mapping[str, str]:
        """Return the header `Retry-After` if the call is refused, else no header."""
        return {} if self.is_allowed else {"Retry-After": str(self.wait_s)}


class RateLimit:
    """A fixed window that opens with its first call. Thread-safe.

    Reads and writes count in the same window, because this is the stricter reading of the documentation.
    """

    def __init__(self, clock: Clock, calls: int, window_s: float) -> None:
        """Allow *calls* in each window of *window_s* seconds."""
        self._clock = clock
        self._lock = Lock()
        self._calls, self._window_s = calls, window_s
        self._count, self._ends_at = 0, 0.0

    def change(self, calls: int, window_s: float) -> None:
        """Apply another limit from now on, in a new window."""
        with self._lock:
            self._calls, self._window_s = calls, window_s
            self._count, self._ends_at = 0, 0.0

    def take(self) -> RateLimitResult:
        """Count one call and return whether the limit allows it. A refused call is not counted."""
        with self._lock:
            now = self._clock()
            if now >= self._ends_at:
                self._count, self._ends_at = 0, now + self._window_s
            is_allowed = self._count < self._calls
            self._count += is_allowed
            reset_at = ceil(self._ends_at)
            remaining = max(0, self._calls - self._count)
            return RateLimitResult(is_allowed, self._calls, remaining, reset_at, max(1, ceil(reset_at - now)))
