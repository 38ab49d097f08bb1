"""The platform says how long to send nothing, by its own clock, and within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.instants import SECOND
from worker.order_api.http.rate_limits import date_of, is_exhausted, pause

DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
AT = 1_795_262_400
NOW = (AT - 7200) * SECOND  # our clock is two hours behind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "30", "x-ratelimit-reset": str(AT + 99), "date": DATE}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 12:05:00 GMT", "date": DATE}, 300),
        ({"retry-after": "Sat, 21 Nov 2026 12:05:00 GMT"}, 7500),
        ({"x-ratelimit-reset": str(AT + 45), "date": DATE}, 45),
        ({"x-ratelimit-reset": str(AT + 45)}, 7245),
        ({"retry-after": "soon", "x-ratelimit-reset": str(AT + 45), "date": DATE}, 45),
        ({"retry-after": "99999999"}, 86_400),
        ({"x-ratelimit-reset": "999999999999", "date": DATE}, 86_400),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT", "date": DATE}, 60),
        ({"x-ratelimit-reset": str(AT - 1), "date": DATE}, 60),
        ({"retry-after": "1_0"}, 60),
        ({"retry-after": "٣"}, 60),
        ({"retry-after": "30, 30"}, 60),
        ({"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, 60),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:00 +99999999999999999"}, 60),
        ({}, 60),
    ],
)
def test_the_pause_is_read_from_the_answer(headers, seconds):
    assert pause(headers, NOW) == seconds * SECOND


@given(st.text(max_size=80), st.text(max_size=80), st.text("0123456789 ,:+-GMTSatNov", max_size=80))
def test_no_header_makes_a_pause_shorter_than_a_second_or_longer_than_a_day(first, second, third):
    for retry, reset, date in ((first, second, third), (third, first, second), (second, third, first)):
        headers = {"retry-after": retry, "x-ratelimit-reset": reset, "date": date}
        assert SECOND <= pause(headers, NOW) <= 86_400 * SECOND


@pytest.mark.parametrize(
    ("remaining", "exhausted"),
    [("0", True), ("00", True), ("1", False), ("", False), ("-0", False), ("0, 0", False), ("none", False)],
)
def test_only_a_plain_zero_means_that_the_limit_is_exhausted(remaining, exhausted):
    assert is_exhausted({"x-ratelimit-remaining": remaining}) is exhausted
    assert not is_exhausted({})


def test_the_date_is_in_microseconds():
    assert date_of({"date": DATE}) == AT * SECOND
    assert date_of({"date": "Sat, 21 Nov 2026 12:00:00 -0000"}) == AT * SECOND
    assert date_of({"date": "yesterday"}) is None
    assert date_of({}) is None
