"""What a time or a status word, which a profile does not have, should be in the profile."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache

from webhook_receiver.profiles.engine.statuses import INFO
from webhook_receiver.profiles.engine.times import NAMED, parser_of
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.schema.model import StatusTableFile
from webhook_receiver.profiles.trial.steps import quoted

MAX_FORMATS = 3
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d/%m/%y", "%m/%d/%y", "%a, %d %b %Y",
)  # fmt: skip
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H%M%S", "%I:%M%p")
_OFFSETS = ("", " %z", "%z", " %Z")
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


def advice_on_time(text: str, formats: Sequence[str]) -> tuple[str, ...]:
    """Return what to change in the profile, whose *formats* do not fit *text*."""
    fitting = fitting_formats(text)
    if not fitting:
        return ("write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",)
    lines = tuple(f"it fits with: times = [{_listed([*formats, name])}]" for name in fitting)
    if len(fitting) > 1:
        return (*lines, "several formats fit this text: choose by the courier's documentation")
    return lines


def advice_on_status(status: StatusTableFile, cells: Sequence[str], word: str) -> tuple[str, ...]:
    """Return what to change for a status that fits no row. A status without any text is a matter of the paths."""
    return tuple(_status_advice(status, cells, word)) if word else ()


def _status_advice(status: StatusTableFile, cells: Sequence[str], word: str) -> Iterator[str]:
    for number, row in enumerate(status.rows, 1):  # none of them, if the profile folds already
        if all(map(_fits_folded, row[:-1], cells)):
            yield f"row {number} fits with: fold = true in [status]"
            break
    first_texts = [text for row in status.rows for text in row[0]]
    close = [text for text in get_close_matches(cells[0], first_texts, n=2, cutoff=0.8) if text != cells[0]]
    if close:
        yield f"the rows have {', '.join(map(quoted, close))}"
    elif cells[0] in first_texts:
        yield f"rows {_numbers(status, cells[0])} have {quoted(cells[0])}, but with other cells behind it"
    yield f"add a row to status.rows: [{_listed(cells)}, EVENT], where EVENT is an event such as in_transit, or {INFO}"
    yield f"or, for one source: statuses = {{ {quoted(word, 200)} = EVENT }}"


def _fits_folded(cell: Sequence[str], text: str) -> bool:
    return any(
        folded(text).startswith(folded(one[:-1])) if one.endswith("*") else folded(one) == folded(text) for one in cell
    )


def _numbers(status: StatusTableFile, text: str) -> str:
    return ", ".join(str(number) for number, row in enumerate(status.rows, 1) if text in row[0])


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(quoted(text, 200) for text in texts)
