"""Formats that fit a text that is a time."""

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from webhook_receiver.profiles.engine.times import NAMED, parser_of

MAX_FORMATS = 3
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d/%m/%y", "%m/%d/%y", "%a, %d %b %Y",
)  # fmt: skip
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H%M%S", "%I:%M%p")
_OFFSETS = ("", " %z", "%z")
_BETWEEN = (" ", "T", "", ", ", " at ")
COMMON_FORMATS = (
    *(
        f"{date}{between}{time}{offset}"
        for date in _DATES
        for time in _TIMES
        for between in _BETWEEN
        for offset in _OFFSETS
    ),
    *(f"{time} {date}" for date in _DATES for time in _TIMES),
    *_DATES,
)
"""The formats that are tried for a time that fits no format of a profile."""
_WORDS = re.compile("[A-Za-z0-9]+")
_OFFSET_MARKS = re.compile(r"[+-]:?\Z")
_PUNCTUATION = {name: _WORDS.sub("", re.sub("%[A-Za-z]", "", name)) for name in COMMON_FORMATS}


@lru_cache(1000)
def fitting_formats(text: str) -> tuple[str, ...]:
    """Return formats that fit *text*, the most common first. One that has a name is the only one."""
    for name in NAMED:
        with suppress(ValueError, OverflowError):
            parser_of(name)(text)
            return (name,)
    return strptime_formats(text)


def strptime_formats(text: str) -> tuple[str, ...]:
    """Return the formats of `strptime` that fit *text*, the most common first."""
    found: dict[datetime, str] = {}
    for name in COMMON_FORMATS:
        # Without this test, each text would cost a second: `strptime` makes a regular expression of each format.
        if _PUNCTUATION[name] in _punctuation_without_offset(text):
            with suppress(ValueError):
                found.setdefault(datetime.strptime(text, name), name)  # noqa: DTZ007 - only compared with its like
    return tuple(found.values())[:MAX_FORMATS]


def _punctuation_without_offset(text: str) -> tuple[str, str]:
    """Return the punctuation of a time, as it is, and without that of an offset at its end."""
    punctuation = _WORDS.sub("", text)
    return punctuation, _OFFSET_MARKS.sub("", punctuation)
