"""An answer tells of which instant it speaks: by its `Age`, and by the time of the order's last change."""

import pytest

from tests.support.answers import BEGAN_AT, NOW
from tests.support.strange_answers import MISSING
from worker.domain.instants import HOUR, MINUTE, SECOND, moment_of
from worker.order_api.freshness import AnswerTimes

DATE = "Sun, 25 Jan 2026 12:00:00 GMT"
PLATFORM_NOW = 1_769_342_400 * SECOND
"""The same by the platform's clock."""
READ_AT = PLATFORM_NOW + 10 * MINUTE - SECOND
ANSWERED_AT = PLATFORM_NOW + 10 * MINUTE
"""Our clock is ten minutes ahead."""


def as_of(updated_at: object = None, **headers: str) -> int | None:
    return AnswerTimes(READ_AT, ANSWERED_AT, headers).as_of(updated_at)


def stamp(instant: int) -> str:
    return moment_of(instant).isoformat()


@pytest.mark.parametrize("age", ["", "-1", "1.5", "x", "\xb2", "9" * 10, "0, 5"])
def test_without_a_usable_age_and_a_change_nothing_is_known(age: str):
    assert as_of(age=age) is None


@pytest.mark.parametrize(("age", "instant"), [("0", READ_AT), ("1", READ_AT), ("60", ANSWERED_AT - MINUTE)])
def test_a_cached_answer_is_as_old_as_its_age_and_never_later_than_the_call(age: str, instant: int):
    assert as_of(age=age) == instant


def test_the_last_change_is_told_by_our_clock_and_rather_too_early():
    changed_at = PLATFORM_NOW - HOUR
    assert as_of(stamp(changed_at), date=DATE) == changed_at + 10 * MINUTE - SECOND
    assert as_of(stamp(PLATFORM_NOW + HOUR), date=DATE) == READ_AT


def test_a_cached_answer_has_an_old_date_which_does_not_shift_the_clock():
    changed_at = PLATFORM_NOW - HOUR
    old_date = "Sun, 25 Jan 2026 11:30:00 GMT"
    assert as_of(stamp(changed_at), date=old_date, age=str(30 * 60)) == changed_at + 10 * MINUTE - SECOND
    assert as_of(stamp(PLATFORM_NOW), date=DATE, age="60") == ANSWERED_AT - MINUTE - SECOND


@pytest.mark.parametrize(
    "updated_at", [None, 7, "", "yesterday", "2026-01-25T12:00:00", "2026-01-25", ["x"], "9" * 50, MISSING, True]
)
def test_a_change_without_a_certain_instant_tells_nothing(updated_at: object):
    assert as_of(updated_at, date=DATE) is None


@pytest.mark.parametrize("date", ["", "x", "Fri, 99 Feb 0000 99:99:99 GMT"])
def test_without_a_date_the_platforms_clock_is_unknown(date: str):
    assert as_of(stamp(PLATFORM_NOW), date=date) is None


def test_instants_at_the_edge_of_the_calendar_raise_nothing():
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59"):
        assert as_of(text, date=DATE) is not None


def test_a_reading_is_as_of_its_answer(answers):
    updated_at = stamp(NOW - HOUR)
    response = answers.show(updated_at=updated_at)
    assert answers.read(response).as_of is None
    cached = type(response)(response.status, {"age": "60"}, response.body)
    assert answers.read(cached).as_of == min(BEGAN_AT, NOW - MINUTE)
