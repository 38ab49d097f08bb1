"""Passwords: which are accepted, and how they are hashed and checked."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from worker.domain.guessable import why_guessable

SHORTEST = 12
"""Characters."""
LONGEST = 256
METHOD = "scrypt:32768:8:1"
"""A check takes 32 MiB and about a tenth of a second. The method is kept with each hash, so it may change."""
MOST_LOGINS = 2
"""One check runs, and one waits for it. Others are sent away, so that strangers who try passwords take neither all
threads of the console nor the memory."""

_places, _check = threading.BoundedSemaphore(MOST_LOGINS), threading.Lock()


class Busy(Exception):
    """Too many passwords are being checked."""


def problem_of(password: str, name: str) -> str:
    """Return why *password* is refused as the password of *name*, as a sentence; empty if it is accepted."""
    if len(password) < SHORTEST:
        return f"The password must have at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"The password must have at most {LONGEST} characters."
    if name in password.casefold() and len(password.casefold().replace(name, "")) < SHORTEST // 2:
        return "The password can be guessed: it is hardly more than the name."
    if reason := why_guessable(password):
        return f"The password can be guessed: {reason}."
    return ""


def hash_password(password: str) -> str:
    """Return the hash of *password*, with its method and its salt."""
    return generate_password_hash(_normal(password), METHOD)


def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether *password* is the one that has *password_hash*. Without a hash it takes as long, and is False.

    Raises `Busy` when too many are checked.
    """
    with turn():
        is_right = check_password_hash(password_hash or _of_nobody(METHOD), _normal(password[:LONGEST]))
    return is_right and password_hash is not None


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the turn of one check, and have it for the length of the block. Raises `Busy` if another one waits."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        with _check:
            yield
    finally:
        _places.release()


@cache
def _of_nobody(_method: str) -> str:
    """Return a hash that no password is compared with in earnest, so that unknown names cannot be told by the time."""
    return hash_password("the password of nobody")


def _normal(password: str) -> str:
    """Return *password* as all keyboards write it: é is one character on some, and two on others."""
    return unicodedata.normalize("NFKC", password)
