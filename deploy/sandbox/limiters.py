"""Three ways in which platforms limit calls. Each limiter gets the time with every call, in seconds."""

from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol


class Taken(NamedTuple):
    """The outcome of one call: whether it is allowed, how many calls remain, and two instants in unix seconds.

    *resets_at* is what a client is told, *next_at* when a call that is refused now would be allowed.
    """

    is_allowed: bool
    remaining: int
    resets_at: float
    next_at: float


class Limiter(Protocol):
    """Allows some *calls* in each window of *window_s* seconds. A refused call is not counted."""

    def take(self, now: float) -> Taken:
        """Count one call at *now*, if it is allowed."""


class FixedWindow:
    """A window that opens with its first call. It resets at its end."""

    def __init__(self, calls: int, window_s: float) -> None:
        """Start without an open window."""
        self._calls, self._window_s = calls, window_s
        self._count, self._ends_at = 0, 0.0

    def take(self, now: float) -> Taken:
        if now >= self._ends_at:
            self._count, self._ends_at = 0, now + self._window_s
        is_allowed = self._count < self._calls
        self._count += is_allowed
        return Taken(is_allowed, max(0, self._calls - self._count), self._ends_at, self._ends_at)


class SlidingWindow:
    """The calls of the last *window_s* seconds, whenever they came. It resets when the oldest of them leaves it."""

    def __init__(self, calls: int, window_s: float) -> None:
        """Start without calls."""
        self._calls, self._window_s = calls, window_s
        self._allowed: deque[float] = deque()

    def take(self, now: float) -> Taken:
        while self._allowed and self._allowed[0] <= now - self._window_s:
            self._allowed.popleft()
        is_allowed = len(self._allowed) < self._calls
        if is_allowed:
            self._allowed.append(now)
        oldest = self._allowed[0] if self._allowed else now
        resets_at = oldest + self._window_s
        return Taken(is_allowed, max(0, self._calls - len(self._allowed)), resets_at, resets_at)


class TokenBucket:
    """A bucket that holds a tenth of the calls, and fills evenly. It resets when it is full again."""

    def __init__(self, calls: int, window_s: float) -> None:
        """Start with a full bucket."""
        self._size, self._per_second = min(calls, max(1, calls // 10)), calls / window_s
        self._tokens, self._filled_at = float(self._size), 0.0
        self._window_s = window_s

    def take(self, now: float) -> Taken:
        self._tokens = min(self._size, self._tokens + max(0.0, now - self._filled_at) * self._per_second)
        self._filled_at = now
        is_allowed = self._tokens >= 1
        self._tokens -= is_allowed
        return Taken(is_allowed, int(self._tokens), now + self._time_to(self._size), now + self._time_to(1))

    def _time_to(self, tokens: float) -> float:
        missing = max(0.0, tokens - self._tokens)
        return missing / self._per_second if self._per_second else self._window_s


LIMITERS: Mapping[str, Callable[[int, float], Limiter]] = MappingProxyType(
    {"fixed_window": FixedWindow, "sliding_window": SlidingWindow, "token_bucket": TokenBucket}
)
"""The limiters by their names in options and requests, the default first."""
DEFAULT_LIMITER = next(iter(LIMITERS))
