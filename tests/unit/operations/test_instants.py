"""Instants and durations in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.operations.instants import ago, iso, moment, span, when


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 ms"),
        (SECOND - 1, "999 ms"),
        (SECOND, "1 s"),
        (MINUTE - 1, "59 s"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h"),
        (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
        (3 * DAY + 4 * HOUR + MINUTE, "3 d 4 h"),
        (-HOUR, "1 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(duration, words):
    assert span(duration) == words


def test_an_instant_has_its_distance_from_now():
    assert when(START - 2 * MINUTE, START) == "2026-01-25 11:58:00 UTC (2 min ago)"
    assert [ago(START, START), ago(START + HOUR, START)] == ["just now", "in 1 h"]
    assert iso(START + 1) == "2026-01-25T12:00:00.000001Z"
    assert iso(None) is None


@given(st.integers(), st.integers())
def test_every_number_has_words(at, now):
    assert moment(at).endswith(" UTC")
    assert ago(at, now)
    assert re.fullmatch(r"\d+ (ms|s|min)|\d+ h( \d+ min)?|\d+ d( \d+ h)?", span(at))
