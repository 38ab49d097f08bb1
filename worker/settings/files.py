"""Tells which files of the settings hold secrets."""

from collections.abc import Mapping
from pathlib import Path

from worker.settings.description import secret_keys
from worker.settings.environment import read_environment
from worker.settings.layers import Layer
from worker.settings.names import SECRETS, KeyPath
from worker.settings.settings_file import find_settings_file, read_settings_file


def files_with_secrets(environ: Mapping[str, str], directory: Path | None = None) -> list[Path]:
    """Return the files that `load_settings` reads with the same arguments, and that hold secrets.

    They are the files that keys such as `secrets_file` name, and the settings file if a secret is written in it. Raises
    `SettingsError` like `load_settings`.
    """
    file = find_settings_file(environ, directory)
    written = read_settings_file(file) if file else Layer()
    named = [*_named(read_environment(environ)[0]), *_named(written)]
    return [*named, file.path] if file and any(map(_is_secret, written.entries)) else named


def _named(layer: Layer) -> list[Path]:
    return [Path(str(entry.value)) for path, entry in layer.entries.items() if secret_keys().secret_path(path)]


def _is_secret(path: KeyPath) -> bool:
    keys = secret_keys()
    return path[-1] in keys.singles | keys.lists or path[:1] + path[2:3] == SECRETS
