"""JSON from outside, read strictly: whatever passes here can be stored, compared and printed."""

import json
import math
import re
from typing import NoReturn

from worker.domain.text import is_storable

MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 32
MAX_FLOAT_LENGTH = 400

# A string that never ends is taken whole, so that every character is looked at once.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}


class Malformed(ValueError):
    """A document that is not the JSON we take.

    *reason* is one word: `not_json`, `too_deep`, `duplicate_key`, `bad_number` or `bad_text`.
    """

    def __init__(self, reason: str) -> None:
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
        raise Malformed("bad_text") from error
    _refuse_depth(text, depth)
    try:
        document: object = json.loads(
            text,
            object_pairs_hook=_unrepeated,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise Malformed("not_json") from error
    # Decoded UTF-8 holds no surrogate and the parser takes no bare NUL: only an escape can bring them in.
    if "\\u" in text:
        _refuse_unstorable(document)
    return document


def field_at(document: object, path: str) -> object:
    """Follow a dotted path into a document; null, an empty text and a missing field are all the same: None."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return None if document == "" else document


def _refuse_depth(text: str, depth: int) -> None:
    """Count the brackets outside strings before parsing: Python's parser recurses once for each level."""
    level = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        level += _LEVELS.get(found[0], 0)
        if level > depth:
            raise Malformed("too_deep")


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("duplicate_key")
    return members


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_INTEGER_DIGITS:
        raise Malformed("bad_number")
    return int(digits)


def _finite(literal: str) -> float:
    number = float(literal) if len(literal) <= MAX_FLOAT_LENGTH else math.inf
    if math.isinf(number):
        raise Malformed("bad_number")
    return number


def _refuse_constant(_constant: str) -> NoReturn:
    raise Malformed("bad_number")


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        if not is_storable(value):
            raise Malformed("bad_text")
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)
    elif isinstance(value, dict):
        for key, member in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(member)
