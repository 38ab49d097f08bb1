"""The outline of a document: the paths of its fields, and those that look like a path that leads nowhere."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import islice

from webhook_receiver.profiles.engine.paths import EACH, Path, Position, parse_path
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.trial.batches import per_element

MAX_LEAVES = 300
MAX_ITEMS = 3
"""Items of each list that are looked at."""
MAX_DEPTH = 8
MAX_SUGGESTIONS = 3
_CLOSE = 0.75
_NO_NAME = frozenset(".[]")
_INDEX = re.compile(r"\[-?[0-9]*\]")


def leaves(document: object) -> Iterator[tuple[str, object]]:
    """Yield the path and the value of each field that has a text that is not empty, a number, or true or false.

    A field whose name cannot be written in a path is left out. Of a large document, only the beginning counts.
    """
    return islice(_leaves(document, "", 0), MAX_LEAVES)


def _leaves(value: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict | list):
        if depth < MAX_DEPTH:
            for name, member in _members(value, path):
                yield from _leaves(member, name, depth + 1)
    elif value not in {None, ""} and _can_be_written(path):
        yield path, value


def _can_be_written(path: str) -> bool:
    try:
        parse_path(path)
    except ValueError:
        return False
    return True


def _members(value: dict[str, object] | list[object], path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(value[:MAX_ITEMS]))
        return
    for name, member in value.items():
        if name and not _NO_NAME & set(name):
            yield f"{path}.{name}" if path else name, member


def written_at(path: Path, position: Position) -> str:
    """Return *path* with the indexes of *position* in the place of its `[]`."""
    indexes = iter(position)
    text = ""
    for part in path.parts:
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += f"[{next(indexes, 0) if part is EACH else part}]"
    return text


def position_text(position: Position) -> str:
    """Return the position of an element as it is shown: `[0][1]`."""
    return "".join(f"[{index}]" for index in position)


def similar_paths(document: object, wanted: Path, each: Path | None = None) -> list[str]:
    """Return paths of fields of *document* that look like *wanted*, the most similar first.

    A field of an element of *each* has the path that leads to it in every element. The same field of another element is
    none.
    """
    fields = [path for path, _ in leaves(document) if _INDEX.sub("[]", path) != wanted.text]
    others = {per_element(parse_path(path), each).text for path in fields}
    ratings = {path: _likeness(path, wanted.text) for path in others}
    close = [path for path, rating in ratings.items() if rating >= _CLOSE]
    return sorted(close, key=lambda path: (-ratings[path], path.count("."), path))[:MAX_SUGGESTIONS]


def names_of(document: object) -> str:
    """Return what *document* is: the names of its fields, or its kind."""
    if isinstance(document, dict):
        return _listed(document) or "no fields"
    return f"a list of {len(document)}" if isinstance(document, list) else "neither an object nor a list"


def _listed(names: Iterable[str], limit: int = 20) -> str:
    chosen = list(islice(names, limit + 1))
    return ", ".join(chosen[:limit]) + (", …" if len(chosen) > limit else "")


def _likeness(path: str, wanted: str) -> float:
    """Return how much two paths look alike, from 0 to 1: by their last names, or as a whole."""
    if _bare(path) == _bare(wanted):
        return 1.0
    one, other = _last_name(path), _last_name(wanted)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 2 and (longer.endswith(shorter) or longer.startswith(shorter)):  # noqa: PLR2004 - "id" is in many names
        return 0.9
    return SequenceMatcher(None, one, other).ratio()


def _last_name(path: str) -> str:
    return folded(path.rpartition(".")[2].partition("[")[0])


def _bare(path: str) -> str:
    """Return *path* without its dots and indexes."""
    return folded(_INDEX.sub("", path).replace(".", ""))
