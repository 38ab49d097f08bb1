"""Turns what pydantic finds wrong into mistakes: with the place where each is written, and advice on names."""

from collections.abc import Iterable, Iterator, Sequence

from worker.settings.layers import Layer, Location, locate
from worker.settings.mistakes import Mistake
from worker.settings.names import KeyPath, path_of_variable, variable_name
from worker.settings.problems import MISSING, NO_ACCOUNT, UNKNOWN, Problem
from worker.settings.spelling import similar


def mistakes_in(
    problems: Sequence[Problem], mistakes: Sequence[Mistake], environment: Layer, file: Layer
) -> Iterator[Mistake]:
    """Yield the mistakes behind *problems*, without those that only follow from other problems or from *mistakes*.

    A setting whose name is misspelt, or whose file cannot be read, is not told to be missing as well.
    """
    told = {mistake.path for mistake in mistakes if not mistake.is_misspelling}
    names = {mistake.location.name for mistake in mistakes if mistake.is_misspelling}
    meant = [path for problem in problems if problem.sentence == UNKNOWN and (path := similar(problem.path))]
    for problem in problems:
        if problem.sentence == UNKNOWN:
            misspellings = _misspellings(problem.path, environment, file)
            yield from (mistake for mistake in misspellings if mistake.location.name not in names)
        elif problem.path not in told and not (_is_absence(problem) and _is_among(problem.path, meant)):
            yield Mistake(problem.path, locate(problem.path, environment, file), problem.sentence)


def _misspellings(path: KeyPath, environment: Layer, file: Layer) -> Iterator[Mistake]:
    """Yield a mistake for each variable at *path* or below it, and one for the key of the file."""
    meant = similar(path)
    for location in [entry.location for entry in environment.below(path)]:
        below = path_of_variable(location.name)[len(path) :]
        yield _misspelling(path, location, meant, variable_name((*meant, *below)) if meant else "")
    if file.below(path):
        yield _misspelling(path, locate(path, Layer(), file), meant, meant[-1] if meant else "")


def _misspelling(path: KeyPath, location: Location, meant: KeyPath | None, name: str) -> Mistake:
    if meant == path:
        return Mistake(path, location, "is a setting of another platform's accounts")
    advice = f": did you mean {name}?" if name else ""
    return Mistake(path, location, f"{UNKNOWN}{advice}", is_misspelling=True)


def _is_absence(problem: Problem) -> bool:
    return problem.sentence in {MISSING, NO_ACCOUNT}


def _is_among(path: KeyPath, others: Iterable[KeyPath]) -> bool:
    return any(path[: len(other)] == other[: len(path)] for other in others)
