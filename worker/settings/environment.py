"""Reads the settings in the environment variables."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from worker.settings.layers import Entry, Layer, Location
from worker.settings.mistakes import Mistake
from worker.settings.names import CONFIG, PREFIX, KeyPath, path_of_variable, variable_name
from worker.settings.problems import UNKNOWN
from worker.settings.spelling import is_known, with_other_underscores

# Kubernetes sets these variables in every pod, for each Service. Our Services are likely to be named “fulfillment” or
# “fulfillment-…”.
_KUBERNETES = re.compile(
    "FULFILLMENT_(?:[A-Z0-9]+_)*"
    "(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9]+)*|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)


class _Variable(NamedTuple):
    """One of our variables: the path of its setting, and advice if its name is misspelt."""

    path: KeyPath
    name: str
    advice: str = ""


def read_environment(environ: Mapping[str, str]) -> tuple[Layer, list[Mistake]]:
    """Return the settings in the variables, and the mistakes in the variables' names.

    A name with wrong underscores or in lower case is a mistake. Its value still counts for the setting that it
    resembles, so the same run checks the value, and does not report that the setting is missing.
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
    """Return our variables in the order of their paths: a table comes before its keys."""
    ours = (name for name in environ if name.startswith(PREFIX) and name != CONFIG and not _KUBERNETES.fullmatch(name))
    return sorted(map(_variable, ours))


def _variable(name: str) -> _Variable:
    path = path_of_variable(name)
    if not is_known(path) and (suggestion := with_other_underscores(path)):
        return _Variable(suggestion, name, f"did you mean {variable_name(suggestion)}?")
    if name != variable_name(path):
        return _Variable(path, name, "the names of our variables are in upper case")
    return _Variable(path, name)
