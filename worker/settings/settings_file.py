"""Finds and reads the settings file: the file that FULFILLMENT_CONFIG names, or `fulfillment.toml` in the folder."""

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.layers import Entry, Layer, Location
from worker.settings.names import CONFIG, KeyPath, dotted
from worker.settings.toml_flaws import line_of, words_of
from worker.text_files import MissingFile, UnreadableFile, read_text_file
from worker.toml_lines import key_lines

FILE_NAME = "fulfillment.toml"
MAX_BYTES = 1_048_576
MAX_NAME = 500
"""Characters of the file's name in messages."""


class SettingsFile(NamedTuple):
    """A settings file: its absolute path, its name in messages, and whether FULFILLMENT_CONFIG names it."""

    path: Path
    name: str
    is_explicit: bool


def find_settings_file(environ: Mapping[str, str], directory: Path | None = None) -> SettingsFile | None:
    """Return the file that `load_settings` reads with the same arguments; None when it reads no file.

    *directory* is the working directory by default. An empty FULFILLMENT_CONFIG means that no file is read, even if the
    folder has a `fulfillment.toml`; a program can so exclude settings that happen to be there. A file that
    FULFILLMENT_CONFIG names is returned even if it does not exist.
    """
    folder, name = directory or Path(), environ.get(CONFIG)
    if name:
        return SettingsFile((folder / name).absolute(), clean_text(name, MAX_NAME), is_explicit=True)
    path = (folder / FILE_NAME).absolute()
    is_read = name is None and _is_file(path)
    return SettingsFile(path, FILE_NAME, is_explicit=False) if is_read else None


def choose_settings_file(name: str, environ: MutableMapping[str, str], directory: Path | None = None) -> Path:
    """Make the file *name* the settings file of this process and of the processes that inherit *environ*.

    Returns its absolute path.

    The option `--config` calls this before any settings are loaded. A relative *name* starts at *directory*, by default
    the working directory. Raises `SettingsError`, which names the option, if the file cannot be read.
    """
    path = ((directory or Path()) / name).absolute()
    try:
        read_text_file(path, MAX_BYTES)
    except UnreadableFile as error:
        raise SettingsError(f"--config {_about(path, error)}.") from error
    environ[CONFIG] = str(path)
    return path


def read_settings_file(file: SettingsFile) -> Layer:
    """Return the settings in *file*.

    Raises `SettingsError` when it cannot be read or is not TOML. No other setting can then be checked.
    """
    text = _read(file)
    try:
        leaves = dict(_leaves(tomllib.loads(text)))
        lines = key_lines(text)
    except ValueError as error:
        location = Location("this", file.name, line_of(str(error), text))
        flaw = f"{location} is not valid TOML{words_of(str(error))}"
    except RecursionError:
        flaw = f"{file.name} is nested too deeply"
    else:
        entries = {
            path: Entry(value, Location(dotted(path), file.name, lines.get(path, 0))) for path, value in leaves.items()
        }
        return Layer(entries, file.name, lines)
    # Raised outside of the except block, because the other error may contain a part of the text.
    raise SettingsError(f"{flaw}.")


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # a service may run in a folder that it must not read
        return path.is_file()
    return False


def _read(file: SettingsFile) -> str:
    try:
        return read_text_file(file.path, MAX_BYTES)
    except UnreadableFile as error:
        sentence = f"{CONFIG} {_about(file.path, error)}" if file.is_explicit else f"{file.name} {error}"
    raise SettingsError(f"{sentence}.")


def _about(path: Path, error: UnreadableFile) -> str:
    """Return the sentence about the file at *path*, which the user names. It is no secret, unlike a secret's file."""
    name = clean_text(str(path), MAX_NAME)
    return f"names {name}: there is no such file" if isinstance(error, MissingFile) else f"names {name}, which {error}"


def _leaves(table: Mapping[str, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the path and the value of each key. An empty table is a value, because it names an account or a source."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value
