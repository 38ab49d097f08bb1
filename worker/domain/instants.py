"""Instants and durations inside the program: integers of microseconds. Only the edges use other units."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01, UTC."""
Duration: TypeAlias = int
"""Microseconds."""

MILLISECOND: Duration = 1_000
SECOND: Duration = 1_000 * MILLISECOND
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(duration: timedelta) -> Duration:
    """Return *duration* in microseconds; `timedelta` holds nothing smaller."""
    return duration // timedelta(microseconds=1)


def instant_of(moment: datetime) -> Instant:
    """Return *moment*, of any time zone, as an instant. Raises TypeError when it has no time zone."""
    return microseconds(moment - _EPOCH)


def moment_of(instant: Instant) -> datetime:
    """Return *instant* as a datetime in UTC. Raises OverflowError before the year 1 and after 9999."""
    return _EPOCH + timedelta(microseconds=instant)
