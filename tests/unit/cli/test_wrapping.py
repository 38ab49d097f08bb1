"""Sentences are wrapped for people, and every command in them can be copied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.cli.wrapping import wrapped

COMMAND = f"fulfillment orders release main/{'1' * 60} --reason <why>"


def test_lines_break_between_words():
    assert list(wrapped("one two  three four", 9)) == ["one two", "three", "four"]
    assert list(wrapped("one two", 7)) == ["one two"]
    assert list(wrapped("", 7)) == []


def test_a_wide_character_takes_two_columns():
    assert list(wrapped("注文 x", 5)) == ["注文", "x"]


@pytest.mark.parametrize("width", [1, 20, 40, 500])
def test_a_command_has_a_line_of_its_own(width: int):
    assert list(wrapped(f"To lift the stop: {COMMAND}", width))[-1] == COMMAND


@pytest.mark.parametrize("width", [1, 20, 40, 500])
def test_a_command_in_backticks_is_not_broken(width: int):
    lines = list(wrapped(f"See it (`{COMMAND}`), and `fulfillment orders retry`.", width))
    assert any(f"(`{COMMAND}`)," in line for line in lines)
    assert any("`fulfillment orders retry`." in line for line in lines)


def test_a_text_from_outside_is_no_command():
    text = "It waits for a person: refused, HTTP 422: fulfillment orders close main/1 --reason x."
    assert list(wrapped(text, 200)) == [text]


@given(st.text(alphabet="ab` :", max_size=60), st.integers(1, 30))
def test_nothing_but_spaces_is_lost(text: str, width: int):
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())
