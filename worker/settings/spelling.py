"""Advice on names that are no setting: wrong underscores, and names that are nearly right."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from worker.settings.description import described_keys
from worker.settings.names import NAME, TABLES, KeyPath
from worker.settings.values import is_name

STATUSES = "statuses"
"""The setting of an account that is a table itself; its keys are a platform's words."""


def is_known(path: KeyPath) -> bool:
    """Tell whether *path* has the form of a setting, whatever the name of its account or source."""
    pattern = (path[0], NAME, *path[2:]) if path[0] in TABLES and len(path) > 1 and is_name(path[1]) else path
    return pattern in _keys() or pattern[:-1] == ("accounts", NAME, STATUSES)


def with_other_underscores(path: KeyPath) -> KeyPath | None:
    """Return the path of the setting that *path* becomes when single and double underscores are exchanged, if any."""
    words = [word for key in path for word in key.split("_") if word]
    return next((meant for meant in _readings(words) if is_known(meant)), None)


def similar(path: KeyPath) -> KeyPath | None:
    """Return the path of a setting that is nearly called like *path*; None when there is none.

    The result equals *path* for a key that only the accounts of other platforms have.
    """
    siblings = {key[len(path) - 1] for key in _keys() if len(key) >= len(path) and _are_siblings(key, path)}
    close = get_close_matches(path[-1], sorted(siblings), n=1)
    return (*path[:-1], close[0]) if close else None


def _are_siblings(key: KeyPath, path: KeyPath) -> bool:
    return len(path) == 1 or (len(key) == len(path) and key[0] == path[0])


@cache
def _keys() -> frozenset[KeyPath]:
    return frozenset(described_keys())


def _readings(words: list[str]) -> Iterator[KeyPath]:
    """Yield what the *words* may mean: a general setting, or one of an account or a source."""
    yield ("_".join(words),)
    for end in range(2, len(words)):
        yield words[0], "_".join(words[1:end]), "_".join(words[end:])
    for end in range(2, len(words) - 1):
        if words[end] == STATUSES:
            yield words[0], "_".join(words[1:end]), STATUSES, "_".join(words[end + 1 :])
