"""The document in a body: JSON or a form, unwrapped, and divided into elements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.values import NoText, text_of
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import Unusable
from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable

Content = Literal["json", "form"]

MAX_FORM_FIELDS = 1000
MAX_ELEMENTS = 1000
"""Of one delivery. Each element can become an event, and all of them are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The texts that a field may have. "" stands for a missing field."""

    path: Path
    texts: frozenset[str]

    def holds(self, document: object, position: Position) -> bool:
        """Tell whether the field has one of the texts. A float, a list and an object have no text."""
        try:
            return text_of(self.path.value(document, position)) in self.texts
        except NoText:
            return False


@dataclass(frozen=True, slots=True)
class Interest:
    """Which documents and elements are of interest: all conditions of *only* hold, and none of *skip*."""

    only: Sequence[Condition] = ()
    skip: Sequence[Condition] = ()

    def wants(self, document: object, position: Position | None = None) -> bool:
        """Tell whether the element at *position* is of interest; None: whether the document as a whole is.

        A condition whose path has `[]` judges elements, any other the document.
        """
        chosen = position or ()

        def applies(condition: Condition) -> bool:
            return (condition.path.depth > 0) == (position is not None)

        return all(c.holds(document, chosen) for c in self.only if applies(c)) and not any(
            c.holds(document, chosen) for c in self.skip if applies(c)
        )


def read_outer(body: bytes, content: Content) -> object:
    """Return the outer document of *body*. Raises `Unusable`."""
    try:
        return _read_form(body) if content == "form" else read_document(body)
    except Malformed as error:
        raise Unusable(error.reason) from error


def unwrapped(outer: object, path: Path | None) -> object:
    """Return the document in the JSON text at *path*, or *outer* itself without a path. Raises `Unusable`."""
    if path is None:
        return outer
    text = path.value(outer)
    if not isinstance(text, str):
        raise Unusable(QuarantineReason.NOT_JSON, f"{path.text} holds no text")
    return read_outer(text.encode(), "json")


def elements(document: object, each: Path | None) -> Sequence[Position]:
    """Return the positions of the elements; one empty position for the whole document, without *each*.

    Raises `Unusable` when there is no list, or when there are more than 1,000 elements.
    """
    if each is None:
        return ((),)
    if not isinstance(each.outermost.value(document), list):
        raise Unusable(QuarantineReason.NO_LIST, f"{each.text} leads to no list")
    positions: list[Position] = []
    for position in each.positions(document):
        positions.append(position)
        if len(positions) > MAX_ELEMENTS:
            raise Unusable(QuarantineReason.TOO_MANY_ELEMENTS, f"{each.text} has more than {MAX_ELEMENTS} elements")
    return positions


def _read_form(body: bytes) -> Mapping[str, str]:
    """Return the fields of a form. Raises `Malformed`, also when a field comes twice."""
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise Malformed(QuarantineReason.BAD_TEXT) from error
    except ValueError as error:
        raise Malformed(QuarantineReason.NOT_A_FORM) from error
    if len(dict(fields)) != len(fields):
        raise Malformed(QuarantineReason.DUPLICATE_KEY)
    if not all(map(is_storable, _texts(fields))):
        raise Malformed(QuarantineReason.BAD_TEXT)
    return dict(fields)


def _texts(fields: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (text for field in fields for text in field)


def canonical(value: object) -> str:
    """Return any JSON value as one text, for a key: the same value gives the same text."""
    return json.dumps(value, sort_keys=True)
