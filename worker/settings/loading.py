"""Loads the settings, once, at the start of a process."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from worker.domain.text import clean_text
from worker.settings.description import secret_keys
from worker.settings.environment import read_environment
from worker.settings.layers import Layer, merge
from worker.settings.mistakes import mistakes_in, settings_error
from worker.settings.model import FOLDER, Settings
from worker.settings.names import CONFIG
from worker.settings.problems import NO_ACCOUNT, Problem, read_problems
from worker.settings.secret_files import read_secret_files
from worker.settings.settings_file import FILE_NAME, MAX_NAME, SettingsFile, find_settings_file, read_settings_file


def load_settings(environ: Mapping[str, str], directory: Path | None = None) -> Settings:
    """Return the settings in *environ* and in the settings file. For each key, the environment takes precedence.

    The file is the one that FULFILLMENT_CONFIG names, or else `fulfillment.toml` in *directory*, by default the working
    directory (see `find_settings_file`).

    Raises `SettingsError` with one line for each mistake. A line names the key and its location, and never has a value.
    A settings file that cannot be read or is not TOML is the only mistake in the message.
    """
    source = find_settings_file(environ, directory)
    file, file_mistakes = read_secret_files(read_settings_file(source) if source else Layer(), secret_keys())
    variables, name_mistakes = read_environment(environ)
    environment, secret_mistakes = read_secret_files(variables, secret_keys())
    mistakes = [*name_mistakes, *secret_mistakes, *file_mistakes]
    settings, problems = _validate(environment, file, _folder(source, directory))
    if settings and not mistakes:
        return settings
    mistakes += mistakes_in(problems, mistakes, environment, file)
    no_account = any(problem.sentence == NO_ACCOUNT for problem in problems)
    raise settings_error(mistakes, [_no_file(directory)] if no_account and not source and CONFIG not in environ else ())


def _validate(environment: Layer, file: Layer, folder: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or else the problems. pydantic's error stays in here, because it has the values."""
    values = merge(environment.tree(), merge(file.tree(), {"data_dir": folder / ".fulfillment"}))
    try:
        return Settings.model_validate(values, context={FOLDER: folder}), []
    except ValidationError as error:
        return None, read_problems(error)


def _no_file(directory: Path | None) -> str:
    folder = clean_text(str((directory or Path()).absolute()), MAX_NAME)
    return f"No settings file was read: {folder} has no {FILE_NAME}, and neither --config nor {CONFIG} names a file."


def _folder(source: SettingsFile | None, directory: Path | None) -> Path:
    """Return the folder of the settings file; without one, the working directory."""
    return source.path.parent if source else (directory or Path()).absolute()
