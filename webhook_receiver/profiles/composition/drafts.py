"""A new document, in which values are set at paths. It is the reverse of `paths`."""

from collections.abc import Sequence

from webhook_receiver.profiles.engine.paths import EACH, Part, Path

FIRST: tuple[Part, ...] = (0, -1, EACH)
"""The parts of a path that lead to the only element of a list."""


class Unsettable(ValueError):
    """A value cannot be set at a path. The text completes "the profile …"."""


def with_value(document: object, path: Path, value: object) -> object:
    """Return *document* with *value* at *path*; None is a document without anything. Each list gets one element.

    Raises `Unsettable` when the path leads to another element, or when there is another value already.
    """
    return _with_value(document, path.parts, value, path)


def _with_value(document: object, parts: Sequence[Part], value: object, path: Path) -> object:
    if not parts:
        if document is None or document == value:
            return value
        raise Unsettable(f"reads two different values at {path.text}")
    part, rest = parts[0], parts[1:]
    if isinstance(part, str):
        fields = {} if document is None else document
        if isinstance(fields, dict):
            return {**fields, part: _with_value(fields.get(part), rest, value, path)}
    elif part in FIRST:
        items = [None] if document is None else document
        if isinstance(items, list):
            return [_with_value(items[0], rest, value, path)]
    else:
        raise Unsettable(f"reads {path.text}, and only lists with one element are made")
    raise Unsettable(f"reads {path.text}, and another field that has no place beside it")


def with_first(document: object, paths: Sequence[Path], value: object) -> object:
    """Return *document* with *value* at the first of *paths* that can have it. Raises `Unsettable`."""
    problem = Unsettable("reads no such field")
    for path in paths:
        try:
            return with_value(document, path, value)
        except Unsettable as error:
            problem = error
    raise problem
