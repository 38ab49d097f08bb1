"""The rate limit of the account: how many calls a window allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock

from deploy.sandbox.instants import Clock
from deploy.sandbox.limiters import DEFAULT_LIMITER, LIMITERS


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *calls* in each window of *window_s* seconds, by the limiter *kind*."""

    calls: int
    window_s: float = 60.0
    kind: str = DEFAULT_LIMITER


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """The rate limit after one call. *is_allowed*: the limit allows this call.

    *reset_at* is when the limiter resets, in unix seconds; *wait_s* how long to wait for the next call, in seconds.
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
    """The limiter of the account. Thread-safe.

    Reads and writes count together, because this is the stricter reading of the documentation.
    """

    def __init__(self, clock: Clock, calls: int, window_s: float, kind: str = DEFAULT_LIMITER) -> None:
        """Allow *calls* in each window of *window_s* seconds, by the limiter *kind*."""
        self._clock = clock
        self._lock = Lock()
        self._counts = {name: {"allowed": 0, "refused": 0} for name in LIMITERS}
        self._set(calls, window_s, kind)

    def change(self, calls: int, window_s: float, kind: str = DEFAULT_LIMITER) -> None:
        """Apply another limit from now on, in a new window."""
        with self._lock:
            self._set(calls, window_s, kind)

    def _set(self, calls: int, window_s: float, kind: str) -> None:
        self._calls, self._kind, self._limiter = calls, kind, LIMITERS[kind](calls, window_s)

    def take(self) -> RateLimitResult:
        """Count one call and return whether the limit allows it. A refused call is not counted against the limit."""
        with self._lock:
            now = self._clock()
            taken = self._limiter.take(now)
            self._counts[self._kind]["allowed" if taken.is_allowed else "refused"] += 1
            wait_s = max(1, ceil(taken.next_at - now))
            return RateLimitResult(taken.is_allowed, self._calls, taken.remaining, ceil(taken.resets_at), wait_s)

    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Return how many calls each limiter has allowed and refused."""
        with self._lock:
            return {name: dict(counts) for name, counts in self._counts.items() if any(counts.values())}
