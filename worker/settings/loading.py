"""Reads the settings once, at the start of a process."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from worker.settings.description import secret_keys
from worker.settings.environment import read_environment
from worker.settings.layers import Layer, merge
from worker.settings.mistakes import settings_error
from worker.settings.model import Settings
from worker.settings.problems import Problem, read_problems
from worker.settings.secret_files import read_secret_files
from worker.settings.settings_file import SettingsFile, find_settings_file
from worker.settings.toml_file import read_settings_file
from worker.settings.wording import mistakes_in


def load_settings(environ: Mapping[str, str], directory: Path | None = None) -> Settings:
    """Return the settings in *environ* and in the settings file; the environment wins, key by key.

    The file is the one that FULFILLMENT_CONFIG names, or else `fulfillment.toml` in *directory*, which is the working
    directory unless it is given (see `find_settings_file`).

    Raises `SettingsError`: one sentence a line for each mistake, which names the key, and where it is written, and
    never shows a value. A file that cannot be read, or is not TOML, is told alone.
    """
    source = find_settings_file(environ, directory)
    file, file_mistakes = read_secret_files(read_settings_file(source) if source else Layer(), secret_keys())
    variables, name_mistakes = read_environment(environ)
    environment, secret_mistakes = read_secret_files(variables, secret_keys())
    mistakes = [*name_mistakes, *secret_mistakes, *file_mistakes]
    settings, problems = _validate(environment, file, _data_dir(source, directory))
    if settings and not mistakes:
        return settings
    raise settings_error([*mistakes, *mistakes_in(problems, mistakes, environment, file)])


def _validate(environment: Layer, file: Layer, data_dir: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or what is wrong with them. No error that has seen the values leaves this function."""
    given = merge(environment.tree(), merge(file.tree(), {"data_dir": data_dir}))
    try:
        return Settings.model_validate(given), []
    except ValidationError as error:
        return None, read_problems(error)


def _data_dir(source: SettingsFile | None, directory: Path | None) -> Path:
    folder = source.path.parent if source else (directory or Path()).absolute()
    return folder / ".fulfillment"
