"""A strict reader of JSON from outside. A document that it accepts can be stored, compared and printed."""

import json
import math
import re
from typing import NoReturn

from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable

MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 32
MAX_FLOAT_LENGTH = 400

# It matches even a string without an end as a whole, so that each character is looked at once.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}


class Malformed(ValueError):
    """A document that `read_document` does not accept.

    *reason* is `not_json`, `too_deep`, `duplicate_key`, `bad_number` or `bad_text`.
    """

    def __init__(self, reason: QuarantineReason) -> None:
        super().__init__(reason)
        self.reason = reason


def read_document(raw: bytes, *, depth: int = MAX_DEPTH) -> object:
    """Read one JSON document in UTF-8 without a byte order mark, and raise nothing but `Malformed`.

    Refused are containers nested more than *depth* deep, repeated keys, NaN, infinities and floats that overflow,
    integers of more than 32 digits, and strings or keys with NUL or lone surrogates, which SQL text cannot hold.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed(QuarantineReason.BAD_TEXT) from error
    _refuse_depth(text, depth)
    try:
        document: object = json.loads(
            text,
            object_pairs_hook=_without_repeated_keys,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise Malformed(QuarantineReason.NOT_JSON) from error
    # Decoded UTF-8 has no surrogate and the parser accepts no bare NUL, so only an escape can bring them in.
    if "\\u" in text:
        _refuse_unstorable(document)
    return document


def field_at(document: object, path: str) -> object:
    """Return the value at a dotted *path* of a document; None for null, an empty text and a missing field."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return None if document == "" else document


def _refuse_depth(text: str, depth: int) -> None:
    """Raise `Malformed` if *text* is nested too deep, before it is parsed: Python's parser recurses at each level."""
    if text.count("[") + text.count("{") <= depth:
        return  # which is quick to see, and true of nearly every document
    level = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        level += _LEVELS.get(match[0], 0)
        if level > depth:
            raise Malformed(QuarantineReason.TOO_DEEP)


def _without_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed(QuarantineReason.DUPLICATE_KEY)
    return members


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_INTEGER_DIGITS:
        raise Malformed(QuarantineReason.BAD_NUMBER)
    return int(digits)


def _finite(literal: str) -> float:
    number = float(literal) if len(literal) <= MAX_FLOAT_LENGTH else math.inf
    if math.isinf(number):
        raise Malformed(QuarantineReason.BAD_NUMBER)
    return number


def _refuse_constant(_constant: str) -> NoReturn:
    raise Malformed(QuarantineReason.BAD_NUMBER)


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        if not is_storable(value):
            raise Malformed(QuarantineReason.BAD_TEXT)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)
    elif isinstance(value, dict):
        for key, member in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(member)
