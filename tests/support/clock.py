"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = int(datetime(2026, 1, 25, 12, tzinfo=UTC).timestamp()) * 1_000_000


class Clock:
    """Returns the instant to which it was set, in microseconds since 1970, UTC."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, **duration: float) -> int:
        """Add a duration, in the keywords of `timedelta`, and return the new instant."""
        self.now += timedelta(**duration) // timedelta(microseconds=1)
        return self.now
