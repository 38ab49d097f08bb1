"""Nothing that hides in a text, or reorders it, reaches a terminal: neither of senders nor of the command line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.cli.main import run
from worker.cli.printing import plain, print_sentence
from worker.domain.text import is_printable, visible

HIDDEN = "\u200b\u200e\u00ad\ufeff\u202e\u2066\ufe0f\u3164\U000e0041"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_only_line_breaks_and_what_shows_stay_visible(text: str):
    assert is_printable(visible(text).replace("\n", ""))
    assert not {"Cf", "Cc"} & {unicodedata.category(character) for character in visible(text).replace("\n", "")}


@pytest.mark.parametrize("character", HIDDEN)
def test_a_hidden_character_is_left_out_of_a_table_and_escaped_elsewhere(character: str):
    assert plain(f"TRK{character}1").plain == "TRK1"
    assert visible(f"TRK{character}1") == f"TRK{character.encode('unicode_escape').decode()}1"


def test_what_an_act_has_done_is_said_without_hidden_characters(capsys: pytest.CaptureFixture[str]):
    print_sentence(f"main/number:{HIDDEN} is due.")
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert printed.startswith(r"main/number:\u200b\u200e\xad")


def test_a_wrong_command_is_repeated_without_hidden_characters(capsys: pytest.CaptureFixture[str]):
    assert run([f"orders{HIDDEN}"]) == 2
    printed = capsys.readouterr().err
    assert r"orders\u200b" in printed
    assert not {*HIDDEN} & {*printed}
