"""Reads the settings among the environment variables."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from worker.settings.layers import Entry, Layer, Location
from worker.settings.mistakes import Mistake
from worker.settings.names import CONFIG, PREFIX, KeyPath, path_of_variable, variable_name
from worker.settings.problems import UNKNOWN
from worker.settings.spelling import is_known, with_other_underscores

# Kubernetes tells every pod of every Service; ours are likely to be called “fulfillment” or “fulfillment-…”.
_INJECTED = re.compile(
    "FULFILLMENT_(?:[A-Z0-9]+_)*"
    "(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9]+)*|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)


class _Variable(NamedTuple):
    """A variable of ours: the path of the setting that it means, and advice if its name is spelt in a wrong way."""

    path: KeyPath
    name: str
    advice: str = ""


def read_environment(environ: Mapping[str, str]) -> tuple[Layer, list[Mistake]]:
    """Return the settings among the variables, and what is wrong with the variables' names.

    A name with wrong underscores or in lower case is a mistake, but its value still counts for the setting that is
    meant: so the value is checked in the same run, and nobody is told that the setting is missing.
    """
    entries: dict[KeyPath, Entry] = {}
    mistakes: list[Mistake] = []
    for path, name, advice in _variables(environ):
        location = Location(name)
        if advice:
            mistakes.append(Mistake(path, location, f"{UNKNOWN}: {advice}", is_misspelling=True))
        if path in entries or (advice and variable_name(path) in environ):
            continue
        if above := next((entries[path[:n]] for n in range(1, len(path)) if path[:n] in entries), None):
            mistakes.append(Mistake(path, location, f"and {above.location.clean_name} cannot both be set"))
        else:
            entries[path] = Entry(environ[name], location)
    return Layer(entries), mistakes


def _variables(environ: Mapping[str, str]) -> list[_Variable]:
    """Return our variables by path: a table comes before what is in it."""
    ours = (name for name in environ if name.startswith(PREFIX) and name != CONFIG and not _INJECTED.fullmatch(name))
    return sorted(map(_understand, ours))


def _understand(name: str) -> _Variable:
    path = path_of_variable(name)
    if not is_known(path) and (meant := with_other_underscores(path)):
        return _Variable(meant, name, f"did you mean {variable_name(meant)}?")
    if name != variable_name(path):
        return _Variable(path, name, "the names of our variables are in upper case")
    return _Variable(path, name)
