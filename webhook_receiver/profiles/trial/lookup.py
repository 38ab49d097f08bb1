"""Looks up the fields of one document, and says what is there, or why nothing is."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.profiles.trial.outline import names_of, similar_paths, written_at
from webhook_receiver.profiles.trial.steps import quoted

NO_TEXT = "(no text)"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A document in which paths are looked up."""

    document: object
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
            self._similar[path.text] = similar_paths(self.document, path)
        if similar := self._similar[path.text]:
            return f"{path.text} leads to nothing; there is {', '.join(similar)}"
        return f"{path.text} leads to nothing; {self._parent(path, position)}"

    def _parent(self, path: Path, position: Position) -> str:
        """Return what the last object or list on the way of *path* has."""
        for length in range(len(path.parts) - 1, 0, -1):
            parent = Path("", path.parts[:length])
            value = parent.value(self.document, position)
            if isinstance(value, dict | list):
                return f"{written_at(parent, position)} has: {names_of(value)}"
        return f"the document has: {names_of(self.document)}"
