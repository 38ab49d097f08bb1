"""The document in a body: JSON or a form, unwrapped, and divided into elements."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn
from urllib.parse import parse_qsl

from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.values import NoText, text_of, usable
from worker.domain.documents import Flawed, Malformed, read_leniently
from worker.domain.errors import Unusable
from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable, storable

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
        """Tell whether the field has one of the texts. A float, a list and an object have no text.

        Raises `Unusable` when it is flawed.
        """
        try:
            return text_of(usable(self.path.value(document, position), self.path.text)) in self.texts
        except NoText:
            return False


@dataclass(frozen=True, slots=True)
class Interest:
    """Which documents and elements are of interest: all conditions of *only* hold, and none of *skip*."""

    only: Sequence[Condition] = ()
    skip: Sequence[Condition] = ()

    def wants(self, document: object, position: Position | None = None) -> bool:
        """Tell whether the element at *position* is of interest; None: whether the document as a whole is.

        A condition whose path has `[]` judges elements, any other the document. Raises `Unusable` when its field is
        flawed.
        """
        chosen = position or ()

        def applies(condition: Condition) -> bool:
            return (condition.path.depth > 0) == (position is not None)

        return all(c.holds(document, chosen) for c in self.only if applies(c)) and not any(
            c.holds(document, chosen) for c in self.skip if applies(c)
        )


def read_outer(body: bytes, content: Content, *, unique_keys: bool = False) -> object:
    """Return the outer document of *body*, in which a value that nothing may use is `Flawed`. Raises `Unusable`.

    With *unique_keys*, it also raises when a key or a field comes twice, wherever it is.
    """
    try:
        if content == "form":
            return _read_form(body, unique_keys=unique_keys)
        return read_leniently(body, unique_keys=unique_keys)
    except Malformed as error:
        raise Unusable(error.reason) from error


def unwrapped(outer: object, path: Path | None) -> object:
    """Return the document in the JSON text at *path*, or *outer* itself without a path. Raises `Unusable`."""
    if path is None:
        return outer
    text = path.value(outer)
    if isinstance(text, Flawed) and text.reason is QuarantineReason.BAD_TEXT:
        text = text.original  # only one of its fields may be flawed
    if not isinstance(text, str):
        raise Unusable(QuarantineReason.NOT_JSON, f"{path.text} holds no text")
    return read_outer(text.encode(errors="surrogatepass"), "json")


def elements(document: object, each: Path | None) -> Sequence[Position]:
    """Return the positions of the elements; one empty position for the whole document, without *each*.

    Raises `Unusable` when there is no list, or when there are more than 1,000 elements.
    """
    if each is None:
        return ((),)
    if not isinstance(usable(each.outermost.value(document), each.text), list):
        raise Unusable(QuarantineReason.NO_LIST, f"{each.text} leads to no list")
    positions: list[Position] = []
    for position in each.positions(document):
        positions.append(position)
        if len(positions) > MAX_ELEMENTS:
            raise Unusable(QuarantineReason.TOO_MANY_ELEMENTS, f"{each.text} has more than {MAX_ELEMENTS} elements")
    return positions


def _read_form(body: bytes, *, unique_keys: bool) -> Mapping[str, object]:
    """Return the fields of a form; a field that comes twice, or is no UTF-8 that can be stored, is flawed.

    Raises `Malformed`, with *unique_keys* also when a field comes twice.
    """
    try:
        fields = parse_qsl(
            body.decode("ascii", "surrogateescape"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="surrogateescape",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError as error:
        raise Malformed(QuarantineReason.NOT_A_FORM) from error
    counts = Counter(storable(name) for name, _ in fields)
    if unique_keys and len(counts) != len(fields):
        raise Malformed(QuarantineReason.DUPLICATE_KEY)
    return {storable(name): _form_value(name, text, counts[storable(name)]) for name, text in fields}


def _form_value(name: str, text: str, count: int) -> object:
    if count > 1:
        return Flawed(QuarantineReason.DUPLICATE_KEY)
    return text if is_storable(name) and is_storable(text) else Flawed(QuarantineReason.BAD_TEXT, text)


def canonical(value: object) -> str:
    """Return any JSON value as one text, for a key: the same value gives the same text.

    Raises `Unusable` when a flawed value is in it, because two of them could not be told apart.
    """
    return json.dumps(value, sort_keys=True, default=_refuse_flaw)


def _refuse_flaw(value: object) -> NoReturn:
    raise Unusable(value.reason if isinstance(value, Flawed) else QuarantineReason.NOT_JSON)
