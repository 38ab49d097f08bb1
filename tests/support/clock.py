"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = int(datetime(2026, 1, 25, 12, tzinfo=UTC).timestamp()) * 1_000_000


class Clock:
    """Says the instant it was set to, in microseconds since the epoch."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, **duration: float) -> int:
        """Move on by a duration, named as for `timedelta`, and return the new instant."""
        self.now += timedelta(**duration) // timedelta(microseconds=1)
        return self.now
