"""Instants are whole microseconds since 1970 in UTC, whatever the zone of the moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.instants import DAY, SECOND, instant_of, microseconds, moment_of


def test_an_instant_is_the_same_in_every_zone():
    riyadh = timezone(timedelta(hours=3))
    assert instant_of(datetime(1970, 1, 2, 3, tzinfo=riyadh)) == instant_of(datetime(1970, 1, 2, tzinfo=UTC)) == DAY


def test_a_moment_without_a_zone_is_no_instant():
    with pytest.raises(TypeError):
        instant_of(datetime(1970, 1, 1))  # noqa: DTZ001 - the test is about it


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_microsecond_is_lost_in_either_direction(moment):
    assert moment_of(instant_of(moment)) == moment


def test_a_duration_is_counted_in_microseconds():
    assert microseconds(timedelta(seconds=2, microseconds=1)) == 2 * SECOND + 1
