"""Reads the settings once, at the start of a process."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import InitSettingsSource

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.description import describe, secret_keys
from worker.settings.given import CONFIG, Layer, as_tree, read_config, read_environment, read_secret_files, variable
from worker.settings.model import Settings
from worker.settings.problems import UNKNOWN, KeyPath, Problem, first_problem


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings in *environ* and in the TOML file that it names; the environment wins, key by key.

    Raises `SettingsError`: one sentence that names the key as it was written, and never shows its value.
    """
    secrets = secret_keys()
    config = Path(environ[CONFIG]).absolute() if environ.get(CONFIG) else None
    file = read_secret_files(read_config(config), *secrets) if config else {}
    environment = read_secret_files(read_environment(environ), *secrets)
    beside = config.parent if config else Path.cwd()
    layers = (as_tree(environment), as_tree(file), {"data_dir": beside / ".fulfillment"})
    try:
        return Settings(_build_sources=(tuple(InitSettingsSource(Settings, layer) for layer in layers), {}))
    except ValidationError as error:
        problem = first_problem(error)
    # Raised out here, so that nothing which has seen the values hangs on the error.
    raise SettingsError(_sentence(problem, environment, file))


def _sentence(problem: Problem, environment: Layer, file: Layer) -> str:
    def name(path: KeyPath) -> str:
        return clean_text(name_of(path, environment, file))

    if problem.sentence == UNKNOWN and (meant := _meant(problem.path)):
        return f"{name(problem.path)} {UNKNOWN}: did you mean {meant}?"
    return f"{name(problem.path)} {problem.sentence}."


def name_of(path: KeyPath, environment: Layer, file: Layer) -> str:
    """Return a key's name as its writer wrote it, or would write it where the keys around it are written."""
    for given in (
        layer[path[:n]] for n in range(len(path), 0, -1) for layer in (environment, file) if path[:n] in layer
    ):
        return given.name
    for n in range(len(path), 0, -1):
        for layer in (file, environment):
            if around := [given for known, given in layer.items() if known[:n] == path[:n]]:
                only = around[0].name if len(around) == 1 and n == len(path) else ""
                return only or (".".join(path) if layer is file else variable(path))
    return ".".join(path) if file else variable(path)


def _meant(path: KeyPath) -> str:
    rows = [tuple(row.key.split(".")) for row in describe()]
    keys = [key[-1] for key in rows if len(key) == len(path) and key[:-1][:1] == path[:-1][:1]]
    return next(iter(get_close_matches(path[-1], keys, n=1)), "")
