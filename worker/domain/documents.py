"""Readers of JSON from outside. What they accept can be stored, compared and printed."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeAlias

from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable, storable

MAX_DEPTH = 32
MAX_CUT_DEPTH = 1000
"""A document that is nested deeper is not even cut off: it is no mistake, and its end would have to be looked for."""
MAX_INTEGER_DIGITS = 32
MAX_FLOAT_LENGTH = 400

# It matches even a string without an end as a whole, so that each character is looked at once.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Decoded UTF-8 has no surrogate and the parser accepts no bare NUL, so only these escapes can bring them in.
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NOT_READ = "NaN"
"""Replaces a container that is nested too deep. The parser makes it a flaw."""


class Malformed(ValueError):
    """A document that cannot be read.

    *reason* is `not_json`, `too_deep`, `duplicate_key`, `bad_number` or `bad_text`.
    """

    def __init__(self, reason: QuarantineReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Flawed:
    """Stands in a document for a value that nothing may use, so that it spoils only itself.

    *reason* is `bad_text`, `bad_number` or `duplicate_key`. *original* is a text as it came, or the digits of a number.
    """

    reason: QuarantineReason
    original: str = ""

    @property
    def text(self) -> str:
        """The original as people may see it, with a mark in the place of each character that cannot be stored."""
        return storable(self.original)

    def __repr__(self) -> str:
        return self.text


Flaw: TypeAlias = Callable[[QuarantineReason, str], object]
"""Returns the value that replaces a flawed one, or raises `Malformed`."""


def read_document(raw: bytes, *, depth: int = MAX_DEPTH) -> object:
    """Read one JSON document in UTF-8, and raise nothing but `Malformed`.

    Refused are containers nested more than *depth* deep, repeated keys, NaN, infinities and floats that overflow,
    integers of more than 32 digits, and strings or keys with NUL or lone surrogates, which SQL text cannot hold.
    A byte order mark at the beginning is passed over.
    """
    try:
        text = raw.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise Malformed(QuarantineReason.BAD_TEXT) from error
    _refuse_depth(text, depth)
    return _parsed(text, _refuse)


def read_leniently(raw: bytes, *, unique_keys: bool = False, cut_deep: bool = False) -> object:
    """Read one JSON document in which only some values are of interest, and raise nothing but `Malformed`.

    A value that `read_document` refuses becomes `Flawed`: a number, a string, and the value of a repeated key. Bytes
    that are not UTF-8 make a string flawed. With *unique_keys*, a repeated key is refused wherever it is.
    What is no JSON is refused. So is a container nested more than 32 deep; with *cut_deep*, it is flawed, and only one
    that is more than 1,000 deep is refused.
    """
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    text = raw.decode(errors="surrogateescape")
    text = _without_depth(text) if cut_deep else _refuse_depth(text, MAX_DEPTH)
    try:
        return _parsed(text, _flaw_or_refuse_repetition if unique_keys else Flawed)
    except Malformed as error:
        if error.reason is QuarantineReason.NOT_JSON and not is_storable(text):
            raise Malformed(QuarantineReason.BAD_TEXT) from error
        raise


def field_at(document: object, path: str) -> object:
    """Return the value at a dotted *path* of a document; None for null, an empty text and a missing field.

    It is `Flawed` if the value, or an object on the way to it, is.
    """
    for name in path.split("."):
        if not isinstance(document, dict):
            return document if isinstance(document, Flawed) else None
        document = document.get(name)
    return None if document == "" else document


def plain(document: object) -> object:
    """Return a JSON value with a text in the place of each flawed value, for people."""
    match document:
        case Flawed():
            return document.text
        case dict():
            return {name: plain(value) for name, value in document.items()}
        case list():
            return [plain(item) for item in document]
    return document


def _parsed(text: str, flaw: Flaw) -> object:
    try:
        document: object = _decoder(flaw).decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(QuarantineReason.NOT_JSON) from error
    if _SUSPICIOUS_ESCAPE.search(text) or not is_storable(text):
        return _with_storable_texts(document, flaw)
    return document


@cache  # json would build one for each document; the flaws are three functions
def _decoder(flaw: Flaw) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=partial(_object, flaw),
        parse_int=partial(_integer, flaw),
        parse_float=partial(_finite, flaw),
        parse_constant=partial(flaw, QuarantineReason.BAD_NUMBER),
    )


def _refuse_depth(text: str, depth: int) -> str:
    """Return *text*, or raise `Malformed` if it is nested too deep: Python's parser recurses at each level."""
    if text.count("[") + text.count("{") <= depth:
        return text  # which is quick to see, and true of nearly every document
    level = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        level += _LEVELS.get(match[0], 0)
        if level > depth:
            raise Malformed(QuarantineReason.TOO_DEEP)
    return text


def _without_depth(text: str) -> str:
    """Return *text* without the containers that are nested too deep.

    Raises `Malformed` when one has no end, or goes deeper than `MAX_CUT_DEPTH`.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return text
    parts, level, end = [], 0, 0
    for match in _STRING_OR_BRACKET.finditer(text):
        step = _LEVELS.get(match[0], 0)
        if step > 0 and level == MAX_DEPTH:
            parts += [text[end : match.start()], _NOT_READ]
        level += step
        if level > MAX_CUT_DEPTH:
            break
        if step < 0 and level == MAX_DEPTH:
            end = match.end()
    if level > MAX_DEPTH:
        raise Malformed(QuarantineReason.TOO_DEEP)
    return "".join([*parts, text[end:]])


def _refuse(reason: QuarantineReason, _original: str) -> object:
    raise Malformed(reason)


def _flaw_or_refuse_repetition(reason: QuarantineReason, original: str) -> object:
    if reason is QuarantineReason.DUPLICATE_KEY:
        raise Malformed(reason)
    return Flawed(reason, original)


def _object(flaw: Flaw, pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                members[name] = flaw(QuarantineReason.DUPLICATE_KEY, "")
    return members


def _integer(flaw: Flaw, digits: str) -> object:
    too_long = len(digits.removeprefix("-")) > MAX_INTEGER_DIGITS
    return flaw(QuarantineReason.BAD_NUMBER, digits) if too_long else int(digits)


def _finite(flaw: Flaw, literal: str) -> object:
    number = float(literal) if len(literal) <= MAX_FLOAT_LENGTH else math.inf
    return flaw(QuarantineReason.BAD_NUMBER, literal) if math.isinf(number) else number


def _with_storable_texts(value: object, flaw: Flaw) -> object:
    match value:
        case str():
            return value if is_storable(value) else flaw(QuarantineReason.BAD_TEXT, value)
        case list():
            return [_with_storable_texts(item, flaw) for item in value]
        case dict():
            return _object(flaw, [_storable_member(name, member, flaw) for name, member in value.items()])
    return value


def _storable_member(name: str, member: object, flaw: Flaw) -> tuple[str, object]:
    if is_storable(name):
        return name, _with_storable_texts(member, flaw)
    return storable(name), flaw(QuarantineReason.BAD_TEXT, name)
