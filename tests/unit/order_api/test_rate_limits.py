"""The platform says how long to send nothing, by its own clock, and within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.accounts.observations import Observation
from worker.domain.instants import SECOND
from worker.order_api.http.rate_limits import date_of, observe, pause

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


def headers_of(limit="", remaining="", reset="", date=DATE):
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date")
    return {name: value for name, value in zip(names, (limit, remaining, reset, date), strict=True) if value}


def test_the_limit_is_read_from_any_answer():
    seen = observe(headers_of("200", "7", str(AT + 45)), NOW, refused=False)
    assert seen == Observation(limit=200, remaining=7, resets_in=45 * SECOND)
    assert observe({}, NOW, refused=True) == Observation(refused=True)


@pytest.mark.parametrize("text", ["-1", "", "none", "1.5", "1e3", "0x10", "1_0", "٣", "12, 12", "9" * 30, str(10**10)])
def test_a_limit_that_is_no_plain_number_is_not_believed(text):
    seen = observe(headers_of(text, text, text), NOW, refused=False)
    assert (seen.limit, seen.remaining, seen.resets_in) == (None, None, None)


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        (AT + 45, 45),
        (AT + 3600, 3600),
        (AT + 86_400, 86_400),
        (AT, 1),
        (AT - 5, 1),
        (AT - 6, None),
        (0, None),
        (60, None),  # seconds from now, which is not what is documented
        (AT + 86_401, None),
        (AT + 365 * 86_400, None),
        (AT * 1000, None),  # milliseconds
    ],
)
def test_a_reset_counts_only_if_it_is_a_time_within_a_day(reset, seconds):
    seen = observe(headers_of(remaining="0", reset=str(reset)), NOW, refused=False)
    assert seen.resets_in == (None if seconds is None else seconds * SECOND)
    assert seen.closed_for == (60 if seconds is None else seconds) * SECOND


@pytest.mark.parametrize(
    ("remaining", "exhausted"),
    [("0", True), ("00", True), ("1", False), ("", False), ("-0", False), ("0, 0", False), ("none", False)],
)
def test_only_a_plain_zero_means_that_no_call_is_left(remaining, exhausted):
    assert bool(observe(headers_of(remaining=remaining), NOW, refused=False).closed_for) is exhausted


@given(
    st.dictionaries(
        st.sampled_from(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date"]), st.text()
    )
)
def test_no_header_says_more_than_a_day_or_a_negative_number(headers):
    seen = observe(headers, NOW, refused=False)
    assert all(value is None or value >= 0 for value in (seen.limit, seen.remaining, seen.resets_in))
    assert seen.closed_for <= 86_400 * SECOND


def test_the_date_is_in_microseconds():
    assert date_of({"date": DATE}) == AT * SECOND
    assert date_of({"date": "Sat, 21 Nov 2026 12:00:00 -0000"}) == AT * SECOND
    assert date_of({"date": "yesterday"}) is None
    assert date_of({}) is None
