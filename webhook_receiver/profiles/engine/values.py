"""Values of a document as texts. What a rule acts on is a text or an integer; a float never is."""

import re
from collections.abc import Iterable, Sequence

from webhook_receiver.profiles.engine.paths import Path, Position
from worker.domain.documents import Flawed
from worker.domain.errors import Unusable
from worker.domain.reasons import QuarantineReason
from worker.domain.text import clean_text, is_printable

MAX_ID, MAX_NUMBER, MAX_PARCELS = 150, 64, 1000
MAX_UNTRIMMED = 1000
"""Characters of a text that is trimmed."""
_CONTROLS = (range(0x20), range(0x7F, 0xA0), range(0x2028, 0x202F), range(0x2066, 0x206A))
"""C0 and C1 controls, the line and paragraph separators, and what changes the direction of writing."""
_HIDDEN = (range(0xAD, 0xAE), range(0x61C, 0x61D), range(0x200B, 0x2010), range(0x2060, 0x2066), range(0xFEFF, 0xFF00))
"""The format characters that programs put around a number: soft hyphen, marks of direction, what has no width."""
_SPACES = (range(0x20, 0x21), range(0xA0, 0xA1), range(0x2000, 0x200B), range(0x202F, 0x2030), range(0x3000, 0x3001))
_AROUND = "".join(chr(code) for codes in (*_CONTROLS, *_HIDDEN, *_SPACES) for code in codes)
_MARKS = 4
"""Characters for a value in a list or an object: quotation marks, a comma and a space."""
_FOLDED = re.compile(r"[\s_-]+")
_COUNT = re.compile(r" *-?[0-9]{1,9} *")
_NO_COUNT: Sequence[object] = (None, "", False, [], {})


class NoText(ValueError):
    """A value that has no text: a float, a list, an object, or a flawed value."""


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


def usable(value: object, name: str) -> object:
    """Return *value*, the one at the path *name*. Raises `Unusable` with the reason why it is flawed."""
    if isinstance(value, Flawed):
        raise Unusable(value.reason, name)
    return value


def first_value(paths: Iterable[Path], document: object, position: Position = ()) -> object:
    """Return the value at the first of *paths* that leads to one; None when none does."""
    return next((value for path in paths if (value := path.value(document, position)) is not None), None)


def is_zero(order_id: object) -> bool:
    """Tell whether *order_id* only stands for a missing one: 0, as a number or as a text."""
    return (type(order_id) is int and order_id == 0) or (isinstance(order_id, str) and trimmed(order_id) == "0")


def folded(text: str) -> str:
    """Return *text* for a comparison without case, `_`, `-` and spaces."""
    return _FOLDED.sub("", text).casefold()


def short_text(value: object, limit: int, reason: QuarantineReason) -> str:
    """Return a printable text of at most *limit* characters, or an integer as text; an empty text when it is missing.

    Raises `Unusable` with *reason*.
    """
    if isinstance(value, Flawed):
        raise Unusable(value.reason)
    text = str(value) if type(value) in {str, int} else ""
    if value is not None and not (0 < len(text) <= limit and is_printable(text)):
        raise Unusable(reason)
    return text


def trimmed(text: str) -> str:
    """Return *text* without the white space, the control characters and the format characters around it.

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


def note_text(value: object) -> str:
    """Return a note on one line, with marks for what cannot be stored; an empty text for anything that is no text."""
    if isinstance(value, Flawed) and value.reason is QuarantineReason.BAD_TEXT:
        return clean_text(value.text)
    return clean_text(value) if isinstance(value, str) else ""


def parcel_count(value: object) -> int | None:
    """Return the number of parcels; None when there is none, or one that says nothing, such as 0.

    It may come as a text or as a float. Raises `Unusable` for anything else that may mean several parcels: the order
    could be completed before they arrive.
    """
    count = _whole(value)
    if count is not None and 1 <= count <= MAX_PARCELS:
        return count
    if isinstance(value, Flawed) or (count is None and value not in _NO_COUNT) or (count or 0) > MAX_PARCELS:
        raise Unusable(QuarantineReason.BAD_PARCELS)
    return None


def _whole(value: object) -> int | None:
    """Return the whole number in an integer, a float or a text; None for anything else."""
    match value:
        case bool():
            return None
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else None
        case str() if _COUNT.fullmatch(value):
            return int(value)
    return None
