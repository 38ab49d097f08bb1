"""Text from outside cannot move a cursor, hide a line, or break an encoding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.text import clean_text, is_storable, is_web_url

ANYTHING = st.text(st.characters())  # lone surrogates included


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  left with\r\nthe porter \t", "left with the porter"),
        ("\x1b[31mred\x9b0m", "[31mred 0m"),
        ("one\u2028two\u2029three\x85four", "one two three four"),
        ("TRK\u202e1\u2066", "TRK1"),
        ("a\0b\ud800c", "a b c"),
        ("سلام\u200f 👨\u200d👩", "سلام\u200f 👨\u200d👩"),
        ("", ""),
    ],
)
def test_control_characters_become_a_space_and_reordering_is_removed(text, clean):
    assert clean_text(text) == clean


@given(ANYTHING, st.integers(0, 300))
def test_clean_text_is_short_and_printable_and_cleaning_it_again_changes_nothing(text, limit):
    clean = clean_text(text, limit)
    assert len(clean) <= limit
    assert clean == clean.strip() == clean_text(clean, limit)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(character) for character in clean}
    clean.encode()


def test_a_text_that_is_cut_at_a_space_does_not_end_in_it():
    assert clean_text("left at reception", 5) == "left"


@pytest.mark.parametrize("text", ["", "سلام 👨\u200d👩", "\x1b[31m\t\r\n\x7f\uffff"])
def test_a_text_that_is_not_clean_may_be_storable(text):
    assert is_storable(text)


@pytest.mark.parametrize("text", ["a\0", "\ud800", "\udfff b"])
def test_nul_and_lone_surrogates_are_not_storable(text):
    assert not is_storable(text)


@given(ANYTHING)
def test_clean_text_is_storable(text):
    assert is_storable(clean_text(text))


def test_a_long_text_is_cleaned_from_its_beginning_alone():
    assert clean_text(" " * 1999 + "x" * 10**6) == "x"
    assert clean_text(" " * 2000 + "x" * 10**6) == ""
    assert clean_text("x" * 200 + " " * 10**6) == "x" * 200


class Unread(str):
    """A text that must not be looked through."""

    __slots__ = ()

    def isprintable(self) -> bool:
        raise AssertionError("all of it was looked at")


def test_a_text_that_is_longer_than_a_url_is_none_and_is_not_looked_through():
    assert not is_web_url(Unread("https://t.example/" + "x" * 500))
