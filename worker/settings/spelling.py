"""Suggestions for names that are not settings: other underscores, or a similar name."""

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher, get_close_matches
from functools import cache

from worker.settings.description import described_keys
from worker.settings.names import ANY_NAME, TABLES, KeyPath
from worker.settings.values import is_name

STATUSES = "statuses"
"""A setting that is a table itself. Its keys are status words of the platform, or of the courier."""


_TABLES = {("accounts", ANY_NAME, STATUSES), ("sources", ANY_NAME, STATUSES), ("sources", ANY_NAME, "secrets")}
"""The settings that are tables themselves, with keys of any name."""


def is_known(path: KeyPath) -> bool:
    """Tell whether *path* is a setting, with any name for its account or source."""
    pattern = (path[0], ANY_NAME, *path[2:]) if path[0] in TABLES and len(path) > 1 and is_name(path[1]) else path
    return pattern in _keys() or pattern[:-1] in _TABLES


def with_other_underscores(path: KeyPath) -> KeyPath | None:
    """Return a setting that has the words of *path* but other single and double underscores; None if there is none."""
    words = [word for key in path for word in key.split("_") if word]
    return next((candidate for candidate in _candidates(words) if is_known(candidate)), None)


def similar(path: KeyPath, likely: Collection[str] = ()) -> KeyPath | None:
    """Return the setting beside *path* with the most similar name; None if no name is similar.

    Of equally similar names, one of *likely* is the result. The result equals *path* for a key that only the accounts
    of other platforms have.
    """
    siblings = {key[len(path) - 1] for key in _keys() if len(key) >= len(path) and _are_siblings(key, path)}
    matches = get_close_matches(path[-1], sorted(siblings))
    best = max(matches, key=lambda name: (_similarity(name, path[-1]), name in likely), default=None)
    return (*path[:-1], best) if best else None


def _similarity(name: str, word: str) -> float:
    return SequenceMatcher(None, name, word).ratio()


def _are_siblings(key: KeyPath, path: KeyPath) -> bool:
    return len(path) == 1 or (len(key) == len(path) and key[0] == path[0])


@cache
def _keys() -> frozenset[KeyPath]:
    return frozenset(described_keys())


def _candidates(words: list[str]) -> Iterator[KeyPath]:
    """Yield every path that the *words* can spell: of a general setting or table, and of an account or a source."""
    yield ("_".join(words),)
    yield "_".join(words[:1]), "_".join(words[1:])
    for end in range(2, len(words)):
        yield words[0], "_".join(words[1:end]), "_".join(words[end:])
    for end in range(2, len(words) - 1):
        if words[end] == STATUSES:
            yield words[0], "_".join(words[1:end]), STATUSES, "_".join(words[end + 1 :])
