"""Reads the settings once, at the start of a process."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import InitSettingsSource

from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings.description import describe, secret_keys
from worker.settings.given import (
    CONFIG,
    Given,
    Layer,
    as_tree,
    read_config,
    read_environment,
    read_secret_files,
    variable,
)
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
        others = meant == problem.path[-1]
        advice = "is a setting of another platform's accounts." if others else f"{UNKNOWN}: did you mean {meant}?"
        return f"{name(problem.path)} {advice}"
    return f"{name(problem.path)} {problem.sentence}."


def name_of(path: KeyPath, environment: Layer, file: Layer) -> str:
    """Return a key's name as its writer wrote it, or would write it where the keys around it are written."""
    ways_up = [path[:n] for n in range(len(path), 0, -1)]
    written = [layer[above].name for above in ways_up for layer in (environment, file) if above in layer]
    if not written and not _is_table(path):
        written = [given.name for layer in (environment, file) for given in _below(path, layer)]
    if written:
        return written[0]
    around = next((layer for above in ways_up for layer in (file, environment) if _below(above, layer)), file)
    return ".".join(path) if file and around is file else variable(path)


def _below(path: KeyPath, layer: Layer) -> list[Given]:
    return [given for known, given in layer.items() if known[: len(path)] == path]


def _is_table(path: KeyPath) -> bool:
    return path[0] in {"accounts", "sources"} and len(path) <= len(("accounts", "name"))


def _meant(path: KeyPath) -> str:
    rows = [tuple(row.key.split(".")) for row in describe()]
    keys = [key[-1] for key in rows if len(key) == len(path) and key[:-1][:1] == path[:-1][:1]]
    return next(iter(get_close_matches(path[-1], keys, n=1)), "")
