"""Settings as they are written, before they are checked: the value of each key, and its location."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from worker.domain.text import clean_text
from worker.settings.names import TABLES, KeyPath, dotted, variable_name


class Location(NamedTuple):
    """The location of a setting: an environment variable, or a key of *file*. *line* is 0 if the line is unknown."""

    name: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """The beginning of a message about the setting: `fulfillment.toml:12: accounts.main.accept`."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.clean_name}" if self.file else self.clean_name

    @property
    def clean_name(self) -> str:
        """The name without control characters, for messages."""
        return clean_text(self.name)


class Entry(NamedTuple):
    """One setting as it is written."""

    value: Any
    location: Location


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings from one origin: the environment, or *file* with the *lines* of its keys and tables."""

    entries: Mapping[KeyPath, Entry] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def below(self, path: KeyPath) -> list[Entry]:
        """Return the entries at *path* and below it."""
        return [entry for key, entry in self.entries.items() if key[: len(path)] == path]

    def tree(self) -> dict[str, Any]:
        """Return the values as nested tables."""
        tree: dict[str, Any] = {}
        for path, entry in self.entries.items():
            table = tree
            for key in path[:-1]:
                table = table.setdefault(key, {})
            table[path[-1]] = entry.value
        return tree


def merge(winner: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of both trees. Where both have a value for a key, the result has that of *winner*."""
    both = {key: value for key, value in winner.items() if isinstance(value, dict) and isinstance(other.get(key), dict)}
    return {**other, **winner, **{key: merge(table, other[key]) for key, table in both.items()}}


def without_keys(values: Mapping[str, Any], paths: Iterable[KeyPath]) -> dict[str, Any]:
    """Return *values* without the keys at *paths*. A path that leads to no key has no effect."""
    heads = {path[0]: [other[1:] for other in paths if other[:1] == path[:1]] for path in paths if path}
    return {
        key: without_keys(value, heads[key]) if key in heads and isinstance(value, dict) else value
        for key, value in values.items()
        if () not in heads.get(key, [])
    }


def without_tables(values: Mapping[str, Any], paths: Iterable[KeyPath]) -> dict[str, Any]:
    """Return *values* without each account and source, and without each general setting, that *paths* lead into."""
    return without_keys(values, [path[: len(TABLES)] if path[:1] and path[0] in TABLES else path[:1] for path in paths])


def locate(path: KeyPath, environment: Layer, file: Layer) -> Location:
    """Return the location of the setting at *path*; for a missing setting, the location where it could be added."""
    return next(_present(path, environment, file), None) or _missing(path, environment, file)


def _present(path: KeyPath, environment: Layer, file: Layer) -> Iterator[Location]:
    """Yield the locations of the setting, or of the values above and below it, the best one first."""
    for prefix in _prefixes(path):
        entries = [layer.entries[prefix] for layer in (environment, file) if prefix in layer.entries]
        # An empty table above the path does not have the setting; it is where the setting could be added.
        yield from (entry.location for entry in entries if prefix == path or entry.value != {})
    if path in file.lines:
        yield Location(dotted(path), file.file, file.lines[path])
    if not is_named_table(path):
        yield from (entry.location for layer in (environment, file) for entry in layer.below(path))


def _missing(path: KeyPath, environment: Layer, file: Layer) -> Location:
    """Return the location in the origin that has the nearest keys around *path*."""
    nearest = (layer for prefix in _prefixes(path) for layer in (file, environment) if layer.below(prefix))
    if file.entries and next(nearest, file) is file:
        return Location(dotted(path), file.file, file.lines.get(path[:-1], 0))
    return Location(variable_name(path))


def is_named_table(path: KeyPath) -> bool:
    """Tell whether *path* is the table of one account or source, or the table of all accounts or sources."""
    return path[0] in TABLES and len(path) <= len(("accounts", "main"))


def _prefixes(path: KeyPath) -> list[KeyPath]:
    """Return *path* and the paths above it, the longest first."""
    return [path[:length] for length in range(len(path), 0, -1)]
