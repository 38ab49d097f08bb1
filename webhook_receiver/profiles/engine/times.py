"""Times in a document, by the formats of a profile."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import partial
from typing import NamedTuple, TypeAlias

from webhook_receiver.profiles.engine.values import NoText, text_of
from worker.domain.documents import Flawed
from worker.domain.instants import Instant, instant_of

MAX_LENGTH = 64
"""Characters of a time."""
PARTS_JOINED_BY = " "
"""Stands between the parts of a time that comes in several fields."""
NAMED = ("iso", "unix", "unix_ms")
"""The formats that have a name. Any other format is one of `strptime`."""

Parser: TypeAlias = Callable[[str], datetime]
"""Returns the moment in a text, with or without a time zone, or raises ValueError."""

_UNIX, _UNIX_MS = re.compile(r"([0-9]{9,11})(?:\.[0-9]{1,9})?"), re.compile(r"([0-9]{12,14})(?:\.[0-9]{1,9})?")
_SECONDS, _MILLISECONDS = re.compile(r"([0-9]{10})(?:\.[0-9]{1,9})?"), re.compile(r"([0-9]{13})(?:\.[0-9]{1,9})?")
"""Unix times from 2001 to 2286. Other numbers may be something else, such as a date without its dashes."""
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3,9}, *)?[0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}.{0,30}")
_LEAP_SECOND = re.compile(r"(?<=[0-9]:[0-9]{2}:)60(?![0-9])")
_DIGIT_OF_A_TIME = re.compile("[1-9]")
_SHORT_OFFSET = re.compile(r"(?<=[0-9])\s*([+-][0-9]{2}):?([0-9]{2})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimeReading(NamedTuple):
    """A time as it was read. *instant* is None when *text* fits no format; *format_number* counts from 1.

    A time with a *flaw* has no text.
    """

    text: str
    instant: Instant | None = None
    format_number: int = 0
    flaw: Flawed | None = None


class TimeFormats:
    """The formats of a profile, tried in turn. *zone* is for a time without an offset."""

    def __init__(self, formats: Sequence[str], zone: tzinfo) -> None:
        self._parsers = [parser_of(name) for name in formats]
        self.zone = zone

    def read(self, text: str) -> TimeReading:
        """Return the instant in *text* by the first format that fits."""
        if len(text) <= MAX_LENGTH:
            for number, parse in enumerate(self._parsers, 1):
                with suppress(ValueError, OverflowError):
                    moment = parse(text)
                    moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
                    return TimeReading(text, instant_of(moment), number)
        return TimeReading(text)


def any_instant(value: object, zone: tzinfo) -> Instant | None:
    """Return the instant in a value of a document that declares no format; None when it cannot be read for certain.

    It may be ISO 8601 or RFC 2822, or a unix time in seconds or milliseconds, as a number or as a text. *zone* is for a
    time without an offset.
    """
    with suppress(NoText):
        text = time_text(value).strip()
        for parse in _CERTAIN_PARSERS if len(text) <= MAX_LENGTH else ():
            with suppress(ValueError, OverflowError):
                moment = parse(text)
                return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    return None


def says_a_time(text: str) -> bool:
    """Tell whether *text* may tell one time from another: `0000-00-00` and `unknown` do not."""
    return _DIGIT_OF_A_TIME.search(text) is not None


def parser_of(name: str) -> Parser:
    """Return the parser of a format: one of `NAMED`, or a format of `strptime`.

    Raises ValueError if `strptime` refuses the format; the error's text completes "<key> …".
    """
    match name:
        case "iso":
            return _parse_iso
        case "unix":
            return partial(_parse_unix, _UNIX, timedelta(seconds=1))
        case "unix_ms":
            return partial(_parse_unix, _UNIX_MS, timedelta(milliseconds=1))
    _check_format(name)
    return lambda text: datetime.strptime(text, name)  # noqa: DTZ007 - `TimeFormats` adds the zone


def time_text(value: object) -> str:
    """Return the text of a time. A float, which nothing else may be, is a unix time with a fraction.

    Raises `NoText` for a list and an object.
    """
    return repr(value) if isinstance(value, float) else text_of(value)


def _check_format(name: str) -> None:
    """Raise ValueError unless *name* is a format that reads back the date that it writes, and its hour, if any."""
    if len(name) > MAX_LENGTH:
        raise ValueError(f"must have at most {MAX_LENGTH} characters")
    if "%Z" in name:  # `strptime` reads the name of a zone, but no offset from it
        raise ValueError("must have %z instead of %Z, or the zone's name itself, with the key zone")
    example = datetime(2026, 11, 27, 15, 4, 5, tzinfo=UTC)  # in the afternoon, where %I alone is not enough
    try:
        moment = datetime.strptime(example.strftime(name), name)  # noqa: DTZ007 - its date and hour are compared
    except (ValueError, re.error) as error:
        raise ValueError("must be iso, unix, unix_ms or a format of strptime such as %d/%m/%Y %H:%M") from error
    if moment.date() != example.date():
        raise ValueError("must have the year, the month and the day")
    if moment.hour not in {0, example.hour}:
        raise ValueError("must have %p beside %I, or %H instead: else the afternoon is read as the morning")


def _parse_iso(text: str) -> datetime:
    upper = text.strip().upper()
    if upper.isdigit():  # `fromisoformat` takes some unix times for a date of the year 1701
        raise ValueError("no ISO 8601")
    with_second_59 = _LEAP_SECOND.sub("59", upper)
    leap = timedelta(seconds=with_second_59 != upper)
    with suppress(ValueError):
        return datetime.fromisoformat(with_second_59) + leap
    # Some senders write the offset behind a space or without its colon.
    return datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:\2", with_second_59)) + leap


def _parse_rfc_2822(text: str) -> datetime:
    if not _RFC_2822.fullmatch(text):
        raise ValueError("no date of RFC 2822")
    with_second_59 = _LEAP_SECOND.sub("59", text)
    moment = parsedate_to_datetime(with_second_59) + timedelta(seconds=with_second_59 != text)
    # The offset -0000 means UTC, and that nothing is known about the sender's zone.
    return moment.replace(tzinfo=UTC) if text.endswith("-0000") else moment


def _parse_unix(pattern: re.Pattern[str], unit: timedelta, text: str) -> datetime:
    whole = pattern.fullmatch(text)
    if not whole:
        raise ValueError("no unix time")
    return _EPOCH + int(whole[1]) * unit


_CERTAIN_PARSERS: Sequence[Parser] = (
    _parse_iso,
    partial(_parse_unix, _SECONDS, timedelta(seconds=1)),
    partial(_parse_unix, _MILLISECONDS, timedelta(milliseconds=1)),
    _parse_rfc_2822,
)
