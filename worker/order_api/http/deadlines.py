"""One deadline for a whole call. It holds even if the server sends a byte now and then, or DNS does not answer.

A timeout of httpx bounds each wait by itself, and a call can have any number of waits. Here, no wait is longer than the
time that is left for the call.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore

_ends_at_seconds: ContextVar[float] = ContextVar("ends_at_seconds")
"""The deadline of this thread's call, by the monotonic clock."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Limit the time of all network operations of this thread in the block to *seconds* in total."""
    token = _ends_at_seconds.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at_seconds.reset(token)


def seconds_left(timeout: float | None, too_late: type[httpcore.TimeoutException]) -> float:
    """Return the longest wait: *timeout* seconds, or less before the deadline. Raises *too_late* after it."""
    left = _ends_at_seconds.get() - time.monotonic()
    if left <= 0:
        raise too_late("the deadline of the call has passed")
    return left if timeout is None else min(timeout, left)
