"""Instants and durations as everything in here counts them: integers of microseconds; instants since 1970, UTC."""

from datetime import UTC, datetime, timedelta

MILLISECOND = 1_000
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(duration: timedelta) -> int:
    """Return a duration as a number; what is less than a microsecond does not exist."""
    return duration // timedelta(microseconds=1)


def instant_of(moment: datetime) -> int:
    """Return a moment of any time zone as an instant; raises TypeError when it has none."""
    return microseconds(moment - _EPOCH)


def moment_of(instant: int) -> datetime:
    """Return an instant as a moment in UTC; raises OverflowError before the year 1 and after 9999."""
    return _EPOCH + timedelta(microseconds=instant)
