"""Instants: microseconds since the epoch inside, text on the wire."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RFC_3339 = re.compile(_DAY + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def shown_instant(microseconds: int) -> str:
    """Write an instant as clients see it: RFC 3339, whole seconds, `Z`."""
    return _moment(microseconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(microseconds: int) -> str:
    """Give the UTC date of an instant, YYYY-MM-DD."""
    return _moment(microseconds).date().isoformat()


def span(text: str) -> tuple[int, int]:
    """Give the first and the last instant that *text* names: a UTC date, YYYY-MM-DD, or one RFC 3339 instant.

    Raise ValueError for any other text.
    """
    if re.fullmatch(_DAY, text):
        first = (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
        return first, first + timedelta(days=1) // _MICROSECOND - 1
    if not _RFC_3339.fullmatch(text):
        raise ValueError("neither a date nor an instant")
    instant = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    return instant, instant


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
