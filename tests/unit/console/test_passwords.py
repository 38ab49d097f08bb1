"""Passwords: which are accepted, how they are kept, and that checks of them cannot take everything."""

import threading

import pytest
from werkzeug.security import check_password_hash

from worker.console.access import passwords
from worker.console.access.passwords import Busy, hash_password, is_password, problem_of, turn

GOOD = "three wheels and a kite"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: what they cost is not tested here."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")


@pytest.mark.parametrize(
    ("password", "name", "problem"),
    [
        (GOOD, "sara", ""),
        ("كلمة سر طويلة جدا", "sara", ""),
        ("eleven chars"[:11], "sara", "at least 12"),
        ("x" * 257, "sara", "at most 256"),
        ("sarasarasara", "sara", "hardly more than the name"),
        ("Mohammed1234", "mohammed", "hardly more than the name"),
        ("aaaaaaaaaaaa", "sara", "different characters"),
        ("1234567890qwerty", "sara", "a row of characters"),
        ("correcthorse", "sara", ""),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries_first(password: str, name: str, problem: str):
    assert (problem in problem_of(password, name)) if problem else problem_of(password, name) == ""


def test_a_hash_has_its_method_and_a_salt_and_not_the_password():
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first != second
    assert GOOD not in first
    assert first.startswith("scrypt:")
    assert is_password(GOOD, first)
    assert is_password(GOOD, second)
    assert not is_password(f"{GOOD} ", first)


def test_a_password_is_the_same_from_every_keyboard():
    assert is_password("caf\u00e9 caf\u00e9 caf\u00e9", hash_password("cafe\u0301 cafe\u0301 cafe\u0301"))


def test_an_unknown_user_takes_the_same_check_and_gets_no_password_right(monkeypatch: pytest.MonkeyPatch):
    methods: list[str] = []

    def check(password_hash: str, password: str) -> bool:
        methods.append(password_hash.partition("$")[0])
        return check_password_hash(password_hash, password)

    monkeypatch.setattr(passwords, "check_password_hash", check)
    assert not is_password("the password of nobody", None)
    assert is_password(GOOD, hash_password(GOOD))
    assert methods == [passwords.METHOD] * 2


def test_only_a_few_checks_run_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    with turn(), pytest.raises(Busy):
        is_password(GOOD, None)
    assert not is_password(GOOD, None)
