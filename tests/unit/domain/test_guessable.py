"""A secret that everybody knows or tries first is found, and one that chance made never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.guessable import KNOWN, ROW, is_name, why_guessable


@pytest.mark.parametrize(
    "secret", ["aaaaaaaa", "00000000", "abababab", "1111111111111111111111111111111111111111", "abcdabcdabcdabcd"]
)
def test_a_few_characters_again_and_again_are_found(secret: str):
    assert why_guessable(secret)


@pytest.mark.parametrize("secret", ["12345678", "87654321", "abcdefgh", "qwertyuiop", "QWERTY-12345", "abc123456"])
def test_rows_are_found(secret: str):
    assert why_guessable(secret) == ROW


@pytest.mark.parametrize(
    "secret",
    ["password", "Password1!", "P4ssw0rd", "changeme", "change-me-2026", "whsec_test", "topsecret", "replace_me"],
)
def test_what_is_tried_first_is_found_however_it_is_written(secret: str):
    assert why_guessable(secret) == KNOWN


@pytest.mark.parametrize("secret", ["courier1", "Courier", "oto-2026", "bosta_international", "BostaInternational!"])
def test_a_name_is_found_with_what_people_add_to_it(secret: str):
    assert is_name(secret, ["courier", "oto", "bosta_international"])


@pytest.mark.parametrize("secret", ["oto-secret-key-5f0c", "hunter2-of-the-courier", "sésame-easypost-2026"])
def test_a_weak_secret_that_nobody_knows_is_not_found(secret: str):
    assert (why_guessable(secret), is_name(secret, ["oto", "courier", "easypost"])) == ("", False)


@given(st.binary(min_size=16, max_size=32).filter(lambda key: len(set(key)) > 8))
def test_a_secret_that_chance_made_is_not_found(key: bytes):
    assert why_guessable(key.hex()) == ""


@given(st.text(max_size=40))
def test_every_text_has_an_answer_that_does_not_have_it(secret: str):
    reason = why_guessable(secret)
    assert len(secret) < 8 or secret not in reason
