"""Loads the settings, once, at the start of a process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.description import secret_keys
from worker.settings.environment import read_environment
from worker.settings.layers import Layer, merge, without_keys, without_tables
from worker.settings.mistakes import Mistake, mistakes_in, settings_error
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
    If the settings file cannot be read or is not TOML, only the names of the variables are checked besides.
    """
    source = find_settings_file(environ, directory)
    variables, name_mistakes = read_environment(environ)
    environment, secret_mistakes = read_secret_files(variables, secret_keys())
    written = _read(source, [*name_mistakes, *secret_mistakes])
    file, file_mistakes = read_secret_files(written, secret_keys())
    mistakes = [*name_mistakes, *secret_mistakes, *file_mistakes]
    settings, problems = _validate(environment, file, _folder(source, directory))
    if settings and not mistakes:
        return settings
    mistakes += mistakes_in(problems, mistakes, environment, file)
    no_account = any(problem.sentence == NO_ACCOUNT for problem in problems)
    raise settings_error(mistakes, [_no_file(directory)] if no_account and not source and CONFIG not in environ else ())


def _read(source: SettingsFile | None, mistakes: Sequence[Mistake]) -> Layer:
    """Return the settings in the file. Raises `SettingsError`, with *mistakes* too, if nothing of it can be used."""
    if source is None:
        return Layer()
    try:
        return read_settings_file(source)
    except SettingsError as error:
        flaw = str(error)
    raise SettingsError("\n".join([flaw, *filter(None, [str(settings_error(mistakes))])]))


def _validate(environment: Layer, file: Layer, folder: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or else the problems. pydantic's error stays in here, because it has the values.

    What several settings must be together is checked only when each of them is right. So the wrong ones are left out,
    and the rest is checked again: one run tells all mistakes.
    """
    values = merge(environment.tree(), merge(file.tree(), {"data_dir": folder / ".fulfillment"}))
    settings, problems = _checked(values, folder)
    for leave_out in (without_keys, without_tables) if problems else ():
        values = leave_out(values, [problem.path for problem in problems])
        _, more = _checked(values, folder)
        problems += [problem for problem in more if problem.is_common and _is_new(problem, problems)]
    return settings, problems


def _is_new(problem: Problem, others: Sequence[Problem]) -> bool:
    """Tell whether *problem* does not follow from the others: without its profile, a source is another one."""
    paths = {other.path for other in others}
    return problem.path not in paths and (*problem.path[:2], "profile") not in paths


def _checked(values: Mapping[str, Any], folder: Path) -> tuple[Settings | None, list[Problem]]:
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
