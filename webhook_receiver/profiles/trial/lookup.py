"""Looks up the fields of one document, and says what is there, or why nothing is."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from webhook_receiver.profiles.engine.paths import EACH, Path, Position
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.profiles.trial.outline import names_of, similar_paths, written_at
from webhook_receiver.profiles.trial.steps import quoted

NO_TEXT = "(no text)"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A document in which paths are looked up."""

    document: object
    each: Path | None = None
    """The path of the elements."""
    _similar: dict[str, list[str]] = field(default_factory=dict)
    """What looks like a path, by its text. Each element of a batch asks again."""

    def there(self, paths: Sequence[Path], position: Position) -> list[Path]:
        """Return those of *paths* that lead to a value."""
        return [path for path in paths if path.value(self.document, position) is not None]

    def text(self, path: Path, position: Position) -> str:
        """Return the text at *path*; `NO_TEXT` for a float, a list and an object."""
        with suppress(NoText):
            return text_of(path.value(self.document, position))
        return NO_TEXT

    def shown(self, path: Path, position: Position) -> str:
        """Return a path with its value, as a person reads it: `data[0].awb "JX1"`."""
        value = path.value(self.document, position)
        written = "missing" if value is None else quoted(str(value).lower() if isinstance(value, bool) else value)
        return f"{written_at(path, position)} {written}"

    def found(self, paths: Sequence[Path], position: Position) -> str:
        """Return the first of *paths* that leads to a value, with it; empty when none does."""
        return next((self.shown(path, position) for path in self.there(paths, position)), "")

    def missing(self, paths: Sequence[Path], position: Position) -> tuple[str, ...]:
        """Return a sentence for each of *paths* that leads nowhere, with the fields that look like it."""
        there = self.there(paths, position)
        return tuple(self._missing(path, position) for path in paths if path not in there)

    def _missing(self, path: Path, position: Position) -> str:
        if path.text not in self._similar:
            self._similar[path.text] = similar_paths(self.document, path, self.each)
        odd, similar = self._odd_parent(path, position), self._similar[path.text]
        parts = [odd, f"there is {', '.join(similar)}" if similar else ""]
        why = "; ".join(filter(None, parts)) or self._parent(path, position)
        return f"{path.text} leads to nothing; {why}"

    def _odd_parent(self, path: Path, position: Position) -> str:
        """Return what is on the way of *path* where an object or a list should be; empty when all of it is well."""
        for length, part in enumerate(path.parts):
            parent = Path("", path.parts[:length])
            value = parent.value(self.document, position)
            wanted, kind = ("an object", dict) if isinstance(part, str) else ("a list", list)
            if value is None and parent.parts[-1:] == (EACH,):
                return f"{written_at(parent, position)} is null or an empty text, and not {wanted}"
            if value is None:
                return ""
            if not isinstance(value, kind):
                return f"{written_at(parent, position) or 'the document'} is {_kind(value)}, and not {wanted}"
        return ""

    def _parent(self, path: Path, position: Position) -> str:
        """Return what the last object or list on the way of *path* has."""
        for length in range(len(path.parts) - 1, 0, -1):
            parent = Path("", path.parts[:length])
            value = parent.value(self.document, position)
            if isinstance(value, dict | list):
                return f"{written_at(parent, position)} has: {names_of(value)}"
        return f"the document has: {names_of(self.document)}"


def _kind(value: object) -> str:
    """Return what *value* is, and the value itself if it is short."""
    if isinstance(value, dict | list):
        return f"an object with {names_of(value)}" if isinstance(value, dict) else names_of(value)
    return str(value).lower() if isinstance(value, bool) else quoted(value)
