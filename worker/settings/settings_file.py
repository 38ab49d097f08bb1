"""Which settings file is read: the one that FULFILLMENT_CONFIG names, or else `fulfillment.toml` in the folder."""

from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.names import CONFIG

FILE_NAME = "fulfillment.toml"


class SettingsFile(NamedTuple):
    """A settings file: its absolute path, its name in messages, and whether FULFILLMENT_CONFIG names it."""

    path: Path
    shown: str
    is_named: bool


def find_settings_file(environ: Mapping[str, str], directory: Path | None = None) -> SettingsFile | None:
    """Return the file that `load_settings` reads with the same arguments; None when there is none to read.

    *directory* is the working directory unless it is given. An empty FULFILLMENT_CONFIG means no file, even where the
    folder has a `fulfillment.toml`: so programs shield themselves from settings that happen to be there. A file that
    FULFILLMENT_CONFIG names is returned even if it does not exist.
    """
    named = environ.get(CONFIG)
    if named:
        return SettingsFile((directory or Path()).joinpath(named).absolute(), clean_text(named, 500), is_named=True)
    path = (directory or Path()).joinpath(FILE_NAME).absolute()
    found = named is None and _is_file(path)
    return SettingsFile(path, FILE_NAME, is_named=False) if found else None


def choose_settings_file(name: str, environ: MutableMapping[str, str], directory: Path | None = None) -> None:
    """Make the file *name* the settings file of this process and of those that inherit *environ*.

    It is what the option `--config` does, before any settings are loaded. A relative *name* starts at *directory*,
    which is the working directory unless it is given. Raises `SettingsError` if there is no such file.
    """
    path = (directory or Path()).joinpath(name).absolute()
    if not _is_file(path):
        raise SettingsError("--config must name an existing file.")
    environ[CONFIG] = str(path)


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # a service may run in a folder that it cannot look into
        return path.is_file()
    return False
