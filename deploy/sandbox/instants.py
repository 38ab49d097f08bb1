"""Instants: the two units that the sandbox uses, and their text in requests and responses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

UnixSeconds: TypeAlias = float
"""Seconds since 1970-01-01T00:00:00Z."""
UnixMicroseconds: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z."""
Clock: TypeAlias = Callable[[], UnixSeconds]
"""Returns the time of the simulated platform."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RFC_3339 = re.compile(_DATE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def now_us(clock: Clock) -> UnixMicroseconds:
    """Return the time of *clock* in microseconds."""
    return int(clock() * 1_000_000)


def format_instant(instant: UnixMicroseconds) -> str:
    """Return *instant* as RFC 3339 text in UTC, in whole seconds, with `Z`."""
    return _datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_date(instant: UnixMicroseconds) -> str:
    """Return the UTC date of *instant*, YYYY-MM-DD."""
    return _datetime(instant).date().isoformat()


def parse_period(text: str) -> tuple[UnixMicroseconds, UnixMicroseconds]:
    """Return the first and the last instant of *text*: a UTC date, YYYY-MM-DD, or one RFC 3339 instant.

    Raise ValueError for any other text.
    """
    if re.fullmatch(_DATE, text):
        first = (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
        return first, first + timedelta(days=1) // _MICROSECOND - 1
    if not _RFC_3339.fullmatch(text):
        raise ValueError("neither a date nor an instant")
    instant = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    return instant, instant


def _datetime(instant: UnixMicroseconds) -> datetime:
    return _EPOCH + instant * _MICROSECOND
