"""Values of a document as texts. What a rule acts on is a text or an integer; a float never is."""

import re
from collections.abc import Iterable

from webhook_receiver.profiles.engine.paths import Path, Position
from worker.domain.errors import Unusable
from worker.domain.reasons import QuarantineReason
from worker.domain.text import clean_text, is_web_url

MAX_ID, MAX_NUMBER, MAX_PARCELS = 150, 64, 1000
MAX_UNTRIMMED = 1000
"""Characters of a text that is trimmed."""
_CONTROLS = (range(0x20), range(0x7F, 0xA0), range(0x2028, 0x202F), range(0x2066, 0x206A))
"""C0 and C1 controls, the line and paragraph separators, and what changes the direction of writing."""
_SPACES = (range(0x20, 0x21), range(0xA0, 0xA1), range(0x2000, 0x200B), range(0x202F, 0x2030), range(0x3000, 0x3001))
_AROUND = "".join(chr(code) for codes in (*_CONTROLS, *_SPACES) for code in codes)
_MARKS = 4
"""Characters for a value in a list or an object: quotation marks, a comma and a space."""
_FOLDED = re.compile(r"[\s_-]+")


class NoText(ValueError):
    """A value that has no text: a float, a list or an object."""


def text_of(value: object) -> str:
    """Return a text as it is, an integer in decimal, `true` or `false`, and an empty text for None.

    Raises `NoText`.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
    raise NoText


def first_value(paths: Iterable[Path], document: object, position: Position = ()) -> object:
    """Return the value at the first of *paths* that leads to one; None when none does."""
    return next((value for path in paths if (value := path.value(document, position)) is not None), None)


def folded(text: str) -> str:
    """Return *text* for a comparison without case, `_`, `-` and spaces."""
    return _FOLDED.sub("", text).casefold()


def short_text(value: object, limit: int, reason: QuarantineReason) -> str:
    """Return a printable text of at most *limit* characters, or an integer as text; an empty text when it is missing.

    Raises `Unusable` with *reason*.
    """
    text = str(value) if type(value) in {str, int} else ""
    if value is not None and not (0 < len(text) <= limit and text.isprintable()):
        raise Unusable(reason)
    return text


def trimmed(text: str) -> str:
    """Return *text* without the white space and the control characters around it.

    A text of more than 1,000 characters stays as it is, because it is too long for anything that is trimmed.
    """
    return text.strip(_AROUND) if len(text) <= MAX_UNTRIMMED else text


def number_text(value: object, reason: QuarantineReason) -> str:
    """Return an order number or a tracking number, trimmed; see `short_text`.

    Nothing inside of it is removed, because without it the number could be that of another order.
    """
    return short_text(trimmed(value) if isinstance(value, str) else value, MAX_NUMBER, reason)


def is_longer_than(value: object, limit: int) -> bool:
    """Tell whether *value* has more than *limit* characters. It looks at no more than that.

    Each value of a list or an object counts as a few characters, because so much is written for it at least.
    """
    rest = [value]
    while rest and limit >= 0:
        match rest.pop():
            case str() as text:
                limit -= len(text)
            case dict() as fields:
                limit -= _MARKS * len(fields)
                rest += [*fields.keys(), *fields.values()] if limit >= 0 else []
            case list() as items:
                limit -= _MARKS * len(items)
                rest += items if limit >= 0 else []
            case _:
                limit -= 1
    return limit < 0


def url_text(value: object) -> str:
    """Return a URL of http or https; an empty text for anything else, because an event can be used without it."""
    return value if isinstance(value, str) and is_web_url(value) else ""


def note_text(value: object) -> str:
    """Return a note on one line; an empty text for anything that is no text."""
    return clean_text(value) if isinstance(value, str) else ""


def parcel_count(value: object) -> int | None:
    """Return the number of parcels; None when it is missing. Raises `Unusable` unless it is from 1 to 1,000."""
    if value is None or (type(value) is int and 1 <= value <= MAX_PARCELS):
        return value
    raise Unusable(QuarantineReason.BAD_PARCELS)
