"""Where settings come from: environment variables, one TOML file, and files that hold secrets.

All of it is kept by the path of its key together with the name that its writer gave it.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.problems import UNKNOWN, KeyPath

PREFIX = "FULFILLMENT_"
CONFIG = "FULFILLMENT_CONFIG"
MAX_CONFIG = 1_048_576
MAX_SECRET_FILE = 65_536

# Kubernetes tells every pod of every Service; ours are likely to be called “fulfillment” or “fulfillment-…”.
_INJECTED = re.compile(
    "FULFILLMENT_(?:[A-Z0-9]+_)*"
    "(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9]+)*|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)
_WHERE_IN_TOML = re.compile(r"\(at (line [0-9]+, column [0-9]+|end of document)\)")


class Given(NamedTuple):
    """One setting as it was given; *name* is an environment variable, or a path in the TOML file."""

    name: str
    value: Any


Layer = Mapping[KeyPath, Given]


def variable(path: KeyPath) -> str:
    """Return the name of the environment variable for a key."""
    return PREFIX + "__".join(path).upper()


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Return the settings among the variables; raises `SettingsError` for one that cannot be any."""
    layer: dict[KeyPath, Given] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG or _INJECTED.fullmatch(name):
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if name != variable(path):
            raise SettingsError(f"{clean_text(name)} {UNKNOWN}: the names of our variables are in upper case.")
        if above := next((layer[path[:n]] for n in range(1, len(path)) if path[:n] in layer), None):
            raise SettingsError(f"{clean_text(name)} and {clean_text(above.name)} cannot both be set.")
        layer[path] = Given(name, environ[name])
    return layer


def read_config(path: Path) -> Layer:
    """Return the settings in a TOML file; raises `SettingsError` unless it is one."""
    text = _read_text(path, CONFIG, MAX_CONFIG)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The library's own words may quote what stands there.
        found = _WHERE_IN_TOML.search(str(error))
        where = f", at {found[1]}" if found else ""
    else:
        return {path: Given(_dotted(path), value) for path, value in _leaves(tables, ())}
    raise SettingsError(f"{CONFIG} names a file that is not valid TOML{where}.")


def read_secret_files(layer: Layer, singles: Collection[str], lists: Collection[str]) -> Layer:
    """Replace every `…_file` of a secret by what that file holds.

    The keys among *lists* take one secret from each line, those among *singles* the only line.
    """
    read: dict[KeyPath, Given] = {}
    for path, given in layer.items():
        key = path[-1].removesuffix("_file")
        if key == path[-1] or key not in {*singles, *lists}:
            read[path] = given
            continue
        secret = (*path[:-1], key)
        if secret in layer:
            raise SettingsError(f"{clean_text(given.name)} and {clean_text(layer[secret].name)} cannot both be set.")
        if not isinstance(given.value, str):
            raise SettingsError(f"{clean_text(given.name)} must be the path of a file.")
        text = _read_text(Path(given.value), clean_text(given.name), MAX_SECRET_FILE)
        read[secret] = Given(given.name, _lines(text) if key in lists else _single(text, given.name))
    return read


def as_tree(layer: Layer) -> dict[str, Any]:
    """Return the values as nested tables."""
    tree: dict[str, Any] = {}
    for path, given in layer.items():
        table = tree
        for key in path[:-1]:
            table = table.setdefault(key, {})
        table[path[-1]] = given.value
    return tree


def _leaves(table: Mapping[str, Any], above: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in table.items():
        # An empty table is worth knowing: it names an account or a source.
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _dotted(path: KeyPath) -> str:
    return ".".join(path)


def _single(text: str, name: str) -> str:
    line = text.rstrip("\r\n")
    if "\n" in line:
        raise SettingsError(f"{clean_text(name)} names a file that holds more than one line.")
    return line


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _read_text(path: Path, name: str, limit: int) -> str:
    try:
        # Opening a pipe could wait for ever.
        if not path.is_file():
            raise SettingsError(f"{name} must name an existing file.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
        if len(content) <= limit:
            return content.decode()
        trouble = f"is larger than {limit} bytes"
    except OSError as error:
        trouble = f"cannot be read: {error.strerror}"
    except ValueError:  # no UTF-8, or a path with a NUL
        trouble = "is not a text in UTF-8"
    raise SettingsError(f"{name} names a file that {trouble}.")
