"""Settings as they were written: the value of each key, and the place where it was written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from worker.domain.text import clean_text
from worker.settings.names import TABLES, KeyPath, dotted, variable_name


class Location(NamedTuple):
    """Where a setting is written: an environment variable, or a key of *file*; *line* 0 means an uncertain line."""

    name: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """The beginning of a message about the setting: `fulfillment.toml:12: accounts.main.accept`."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.clean_name}" if self.file else self.clean_name

    @property
    def clean_name(self) -> str:
        """The name alone, fit for a message."""
        return clean_text(self.name)


class Entry(NamedTuple):
    """One setting as it was written."""

    value: Any
    location: Location


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one origin: the environment, or *file* with the *lines* of its keys and tables."""

    entries: Mapping[KeyPath, Entry] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def below(self, path: KeyPath) -> list[Entry]:
        """Return the entries at *path* and below it."""
        return [entry for known, entry in self.entries.items() if known[: len(path)] == path]

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
    """Return the values of both trees, key by key; where both have one, that of *winner*."""
    both = {key: value for key, value in winner.items() if isinstance(value, dict) and isinstance(other.get(key), dict)}
    return {**other, **winner, **{key: merge(table, other[key]) for key, table in both.items()}}


def locate(path: KeyPath, environment: Layer, file: Layer) -> Location:
    """Return where the setting at *path* is written, or where it would be written: beside the keys around it."""
    return next(_written(path, environment, file), None) or _unwritten(path, environment, file)


def _written(path: KeyPath, environment: Layer, file: Layer) -> Iterator[Location]:
    for above in _ways_up(path):
        entries = [layer.entries[above] for layer in (environment, file) if above in layer.entries]
        # An empty table is where the key would be written, and not where it is written.
        yield from (entry.location for entry in entries if above == path or entry.value != {})
    if path in file.lines:
        yield Location(dotted(path), file.file, file.lines[path])
    if not is_named_table(path):
        yield from (entry.location for layer in (environment, file) for entry in layer.below(path))


def _unwritten(path: KeyPath, environment: Layer, file: Layer) -> Location:
    around = (layer for above in _ways_up(path) for layer in (file, environment) if layer.below(above))
    if file.entries and next(around, file) is file:
        return Location(dotted(path), file.file, file.lines.get(path[:-1], 0))
    return Location(variable_name(path))


def is_named_table(path: KeyPath) -> bool:
    """Tell whether *path* leads to the table of an account or a source, or to the table of all of them."""
    return path[0] in TABLES and len(path) <= len(("accounts", "main"))


def _ways_up(path: KeyPath) -> list[KeyPath]:
    return [path[:length] for length in range(len(path), 0, -1)]
