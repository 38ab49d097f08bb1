"""Finds the line on which each key of a TOML file is written.

`tomllib` gives no positions, but it can parse parts of a file. Each statement of TOML (a table header, or a key and its
value) is a valid document by itself, and ends at the first line end where `tomllib` accepts it. So no second parser of
TOML is needed, which could read a file in another way.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

KeyPath = tuple[str, ...]
"""The keys that lead to a value: ("accounts", "main", "platform")."""

MAX_CHARACTERS = 65_536
"""Lines are searched only in texts up to this length, because the time can grow with its square."""
MAX_ATTEMPTS = 100
"""How many ends of one value are tried. After a value with more candidates, no line is known."""

_LAST_LINE = re.compile(r"""[]}]|\"{3}|'{3}""")
"""The last line of a value over several lines has one of these: the end of an array, a table or a text."""


class _Statement(NamedTuple):
    """One statement: the number of its first line (from 1), its lines, and the tables that `tomllib` reads in it."""

    line: int
    lines: list[str]
    tables: dict[str, Any]

    @property
    def is_header(self) -> bool:
        return self.lines[0].lstrip().startswith("[")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line, counted from 1, of each key and each table in *text*, which must be valid TOML.

    The line of a table is the line of its header, or else of its first key. Some keys have no certain line and are left
    out: keys in an array of tables, keys in an inline table over several lines, all keys after a value with too many
    lines (`MAX_ATTEMPTS`), and all keys of a text that is too long (`MAX_CHARACTERS`).
    """
    if len(text) > MAX_CHARACTERS:
        return {}
    headers: dict[KeyPath, int] = {}
    keys: dict[KeyPath, int] = {}
    arrays: set[KeyPath] = set()
    table: KeyPath = ()
    for statement in _statements(text.replace("\r\n", "\n").split("\n")):
        if statement.is_header:
            table, content = _chain(statement.tables)
            headers.setdefault(table, statement.line)
            if content:
                arrays.add(table)
            paths = [table]
        else:
            paths = [table + path for path in _key_paths(statement)]
        for path in paths:
            if not any(path[:length] in arrays for length in range(len(path))):
                for length in range(1, len(path) + 1):
                    keys.setdefault(path[:length], statement.line)
    return keys | {path: line for path, line in headers.items() if path in keys}


def _statements(lines: list[str]) -> Iterator[_Statement]:
    start = 0
    while start < len(lines):
        statement = _statement(lines, start)
        if statement is None:
            return
        if statement.tables:
            yield statement
        start += len(statement.lines)


def _statement(lines: list[str], start: int) -> _Statement | None:
    """Return the statement, comment or empty line that begins at *start*; None if its end is not found."""
    attempts = 0
    for end in range(start + 1, len(lines) + 1):
        if end > start + 1 and not _LAST_LINE.search(lines[end - 1]):
            continue
        attempts += 1
        if attempts > MAX_ATTEMPTS:
            break
        with suppress(ValueError, RecursionError):
            return _Statement(start + 1, lines[start:end], tomllib.loads("\n".join(lines[start:end])))
    return None


def _key_paths(statement: _Statement) -> list[KeyPath]:
    """Return the paths of the keys in a statement that begin on its first line."""
    if len(statement.lines) == 1:
        return list(_all_paths(statement.tables))
    # Only the key before the equals sign is certainly on the first line. A quoted key may have equals signs, too: a cut
    # at one of them leaves the quote open, which is not valid TOML.
    line = statement.lines[0]
    for sign in re.finditer("=", line):
        with suppress(ValueError):
            return [_chain(tomllib.loads(f"{line[: sign.start()]}= 0"))[0]]
    return []


def _chain(tables: Mapping[str, Any]) -> tuple[KeyPath, object]:
    """Return the path of the only key in *tables*, and its value."""
    path: KeyPath = ()
    value: object = tables
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path += (key,)
    return path, value


def _all_paths(table: Mapping[str, Any]) -> Iterator[KeyPath]:
    for key, value in table.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *below) for below in _all_paths(value))
