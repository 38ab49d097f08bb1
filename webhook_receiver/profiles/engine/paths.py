"""Paths to the fields of a document: `a.b[0].c[-1]`, and `a[].b` for each element of a list.

A query language would swallow nulls, change the shape of what it finds, and let a file run expressions without a bound.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from worker.domain.documents import Flawed


class Each(Enum):
    """The part `[]` of a path: an element of the list, by the position that an element of `each` has."""

    EACH = auto()


EACH = Each.EACH
Part: TypeAlias = str | int | Each
Position: TypeAlias = tuple[int, ...]
"""The indexes of one element, one for each `[]`."""

MAX_LENGTH = 200
_TOKEN = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>-?[0-9]{1,4})\]|(?P<each>\[\])")


@dataclass(frozen=True, slots=True)
class Path:
    """One path. *text* is the path as it is written."""

    text: str
    parts: tuple[Part, ...]

    @property
    def depth(self) -> int:
        """How many `[]` the path has."""
        return self.parts.count(EACH)

    @property
    def skeleton(self) -> tuple[Part, ...]:
        """The parts up to and including the last `[]`."""
        last = max((index for index, part in enumerate(self.parts) if part is EACH), default=-1)
        return self.parts[: last + 1]

    @property
    def outermost(self) -> "Path":
        """The path to the list of the first `[]`."""
        return Path(self.text, self.parts[: self.parts.index(EACH)])

    def value(self, document: object, position: Position = ()) -> object:
        """Return the value at this path, with the indexes of *position*; None for null, an empty text and no value.

        It is `Flawed` if the value, or an object or a list on the way to it, is.
        """
        indexes = iter(position)
        for part in self.parts:
            if isinstance(document, Flawed):
                return document
            if isinstance(part, str):
                document = document.get(part) if isinstance(document, dict) else None
            else:
                index = next(indexes, 0) if part is EACH else part
                is_there = isinstance(document, list) and -len(document) <= index < len(document)
                document = document[index] if is_there and isinstance(document, list) else None
            if document is None:
                return None
        return None if document == "" else document

    def positions(self, document: object) -> Iterator[Position]:
        """Yield the position of every element of *document* to which this path leads, in the order of the document.

        A value that is no list counts as a list of one element, which has no fields: so it is not passed over.
        """
        yield from _positions(self.parts, document, ())


def _positions(parts: Sequence[Part], document: object, above: Position) -> Iterator[Position]:
    if EACH not in parts:
        yield above
        return
    number = parts.index(EACH)
    found = Path("", tuple(parts[:number])).value(document)
    if found is not None:
        for index, element in enumerate(found if isinstance(found, list) else [()]):
            yield from _positions(parts[number + 1 :], element, (*above, index))


def parse_path(text: str) -> Path:
    """Return the path that *text* writes. Raises ValueError; the error's text completes "<key> …"."""
    if not (0 < len(text) <= MAX_LENGTH and text.isprintable()):
        raise ValueError(f"must be a path of 1 to {MAX_LENGTH} printable characters")
    if text == "$" or text.startswith(("$.", "$[")):
        raise ValueError("is a JSONPath: write the path without $.")
    parts: list[Part] = []
    end = 0
    while end < len(text):
        start = end + 1 if parts and text[end] == "." else end
        token = _TOKEN.match(text, start)
        is_name_without_dot = token is not None and token["name"] and parts and start == end
        if token is None or is_name_without_dot or (start > end and not token["name"]):
            raise ValueError(f"has no path at character {start + 1}: write a.b, a[0].b or a[].b")
        parts.append(token["name"] or (EACH if token["each"] else int(token["index"])))
        end = token.end()
    return Path(text, tuple(parts))
