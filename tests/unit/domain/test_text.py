"""Text from outside cannot move a cursor, hide a line, or break an encoding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.text import clean_text, is_storable, without_hidden

ANYTHING = st.text(st.characters())  # lone surrogates included


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  left with\r\nthe porter \t", "left with the porter"),
        ("\x1b[31mred\x9b0m", "[31mred 0m"),
        ("one\u2028two\u2029three\x85four", "one two three four"),
        ("TRK\u202e1\u2066", "TRK1"),
        ("a\0b\ud800c", "a b c"),
        ("سلام\u200f 👨\u200d👩", "سلام 👨👩"),
        ("\ufeffpa\u00adss\u200bword\u200e", "password"),
        ("ok\U000e0041\U000e0042\ufe0f\u3164", "ok"),
        ("", ""),
    ],
)
def test_control_characters_become_a_space_and_what_hides_or_reorders_is_removed(text, clean):
    assert clean_text(text) == clean


@given(ANYTHING, st.integers(0, 300))
def test_clean_text_is_short_and_printable_and_cleaning_it_again_changes_nothing(text, limit):
    clean = clean_text(text, limit)
    assert len(clean) <= limit
    assert clean == clean.strip() == clean_text(clean, limit)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(character) for character in clean}
    assert not {c for c in clean if unicodedata.category(c) == "Cf"} - {"\u200c", "\u200d"}
    clean.encode()


def test_no_format_character_of_unicode_stays_in_a_text():
    formats = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cf"]
    assert len(formats) > 150
    assert [hex(ord(c)) for c in formats if clean_text(f"a{c}b") != "ab"] == []


@pytest.mark.parametrize(
    "word",
    ["می\u200cشود", "नेत्र\u200dहीन", "\u0dc1\u0dca\u200d\u0dbb\u0dd3", "ক\u200cষ"],
    ids=["Persian", "Hindi", "Sinhala", "Bengali"],
)
def test_a_joiner_between_letters_that_need_it_stays(word: str):
    assert clean_text(f"  {word} ") == word


@pytest.mark.parametrize("text", ["TRK\u200c1", "شب\u200c", "\u200dشب", "س\u200c\u200cس", "س\u200c 1", "1\u200dس"])
def test_any_other_joiner_is_removed(text: str):
    assert clean_text(text) == text.replace("\u200c", "").replace("\u200d", "")
    assert without_hidden(text) == clean_text(text)


def test_a_text_that_is_cut_behind_a_joiner_does_not_end_in_it():
    assert clean_text("می\u200cشود", 3) == "می"


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
