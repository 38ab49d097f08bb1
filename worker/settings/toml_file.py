"""Reads the settings file: TOML, with the line of each key for messages."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from worker.domain.errors import SettingsError
from worker.settings.layers import Entry, Layer, Location
from worker.settings.names import CONFIG, KeyPath, dotted
from worker.settings.settings_file import SettingsFile
from worker.settings.text_files import UnreadableFile, read_text_file
from worker.settings.toml_lines import key_lines

MAX_BYTES = 1_048_576

_POSITION = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")


def read_settings_file(file: SettingsFile) -> Layer:
    """Return the settings in *file*.

    Raises `SettingsError` when it cannot be read or is not TOML: then no other setting can be judged.
    """
    text = _read(file)
    try:
        leaves = dict(_leaves(tomllib.loads(text)))
        lines = key_lines(text)
    except ValueError as error:
        # Not the whole message: it may quote what stands there.
        trouble = f"{Location('this', file.shown, _line(str(error), text))} is not valid TOML"
    except RecursionError:
        trouble = f"{file.shown} is nested too deeply"
    else:
        entries = {
            path: Entry(value, Location(dotted(path), file.shown, lines.get(path, 0))) for path, value in leaves.items()
        }
        return Layer(entries, file.shown, lines)
    # Raised out here, so that no error with a part of the text is attached to it.
    raise SettingsError(f"{trouble}.")


def _read(file: SettingsFile) -> str:
    try:
        return read_text_file(file.path, MAX_BYTES)
    except UnreadableFile as error:
        sentence = f"{CONFIG} {error.about_key}" if file.is_named else f"{file.shown} {error}"
    raise SettingsError(f"{sentence}.")


def _line(message: str, text: str) -> int:
    """Return the line at which the library gave up, by its *message*; 0 if it does not say so."""
    if found := _POSITION.search(message):
        return int(found[1])
    return text.rstrip().count("\n") + 1 if "(at end of document)" in message else 0


def _leaves(table: Mapping[str, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in table.items():
        # An empty table is worth knowing: it names an account or a source.
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value
