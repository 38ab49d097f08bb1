"""Mistakes in the settings: the location of each, advice on misspelt names, and the message about all of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from webhook_receiver.profiles import NATIVE_PROFILES
from worker.domain.errors import SettingsError
from worker.settings.layers import Layer, Location, locate
from worker.settings.names import KeyPath, path_of_variable, variable_name
from worker.settings.problems import MISSING, NO_ACCOUNT, UNKNOWN, Problem
from worker.settings.sources import DECLARED_KEYS, NATIVE_KEYS
from worker.settings.spelling import similar

MAX_SENTENCES = 20
"""How many mistakes one message has. With more, the first ones would leave the screen."""


class Mistake(NamedTuple):
    """One mistake in the setting at *path*. *sentence* completes the name of the location, without a full stop."""

    path: KeyPath
    location: Location
    sentence: str
    is_misspelling: bool = False


def settings_error(mistakes: Iterable[Mistake], advice: Sequence[str] = ()) -> SettingsError:
    """Return an error with a line for each of *mistakes*: misspelt keys first, then by line of the settings file.

    The sentences of *advice* are its last lines.
    """
    ordered = sorted(mistakes, key=lambda mistake: (not mistake.is_misspelling, mistake.location.line))
    # A list of secrets can have the same mistake several times.
    sentences = list(dict.fromkeys(_sentence(mistake) for mistake in ordered))
    more = len(sentences) - MAX_SENTENCES
    rest = [f"… and {more} more."] if more > 0 else []
    return SettingsError("\n".join([*sentences[:MAX_SENTENCES], *rest, *advice]))


def _sentence(mistake: Mistake) -> str:
    stop = "" if mistake.sentence.endswith("?") else "."
    return f"{mistake.location} {mistake.sentence}{stop}"


def mistakes_in(
    problems: Sequence[Problem], earlier: Sequence[Mistake], environment: Layer, file: Layer
) -> Iterator[Mistake]:
    """Yield a mistake for each of *problems* that does not follow from another problem or from *earlier* mistakes.

    For example, a setting is not reported as missing when its name is misspelt or its file cannot be read.
    """
    paths = {mistake.path for mistake in earlier if not mistake.is_misspelling}
    misspelt_names = {mistake.location.name for mistake in earlier if mistake.is_misspelling}
    unknown = [problem.path for problem in problems if problem.sentence == UNKNOWN]
    suggestions = [path for path in (_suggestion(path, environment, file) for path in unknown) if path]
    for problem in problems:
        if problem.sentence == UNKNOWN:
            misspellings = _misspellings(problem.path, environment, file)
            yield from (mistake for mistake in misspellings if mistake.location.name not in misspelt_names)
        elif problem.path not in paths and not (_is_absence(problem) and _is_among(problem.path, suggestions)):
            yield Mistake(problem.path, locate(problem.path, environment, file), problem.sentence)


def _misspellings(path: KeyPath, environment: Layer, file: Layer) -> Iterator[Mistake]:
    """Yield a mistake for each variable at *path* or below it, and one for the key of the file."""
    suggestion = _suggestion(path, environment, file)
    for location in [entry.location for entry in environment.below(path)]:
        below = path_of_variable(location.name)[len(path) :]
        yield _misspelling(path, location, suggestion, variable_name((*suggestion, *below)) if suggestion else "")
    if file.below(path):
        yield _misspelling(path, locate(path, Layer(), file), suggestion, suggestion[-1] if suggestion else "")


def _suggestion(path: KeyPath, environment: Layer, file: Layer) -> KeyPath | None:
    """Return the setting that *path* may mean; for a source, rather one that its profile uses."""
    if path[0] != "sources":
        return similar(path)
    profile = (*path[:2], "profile")
    written = [str(layer.entries[profile].value) for layer in (environment, file) if profile in layer.entries]
    name, *_ = (*written, path[1])
    return similar(path, NATIVE_KEYS if name in NATIVE_PROFILES else DECLARED_KEYS)


def _misspelling(path: KeyPath, location: Location, suggestion: KeyPath | None, name: str) -> Mistake:
    """Return the mistake at *location*. *name* is the spelling of *suggestion* there."""
    if suggestion == path:
        return Mistake(path, location, "is a setting of another platform's accounts")
    advice = f": did you mean {name}?" if name else ""
    return Mistake(path, location, f"{UNKNOWN}{advice}", is_misspelling=True)


def _is_absence(problem: Problem) -> bool:
    return problem.sentence in {MISSING, NO_ACCOUNT}


def _is_among(path: KeyPath, others: Iterable[KeyPath]) -> bool:
    """Tell whether *path* is one of *others*, above one or below one."""
    return any(path[: len(other)] == other[: len(path)] for other in others)
