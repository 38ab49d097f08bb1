"""A source is silent after twice its longest gap of two weeks: not within an hour, and only if its habits are known."""

import pytest

from tests.support.clock import START
from worker.domain.instants import HOUR, MINUTE
from worker.domain.overview.silence import FLOOR, MIN_DELIVERIES, Burst, SourceActivity


def heard_of(*hours: float, number: int = MIN_DELIVERIES) -> SourceActivity:
    """Return a source with a burst of *number* deliveries within a minute, at each of *hours* after the start."""
    bursts = tuple(Burst(at, at + MINUTE, number) for at in (START + int(hour * HOUR) for hour in hours))
    return SourceActivity("courier", bursts[-1].last if bursts else START, bursts)


def test_the_usual_gap_is_the_longest_between_two_bursts():
    assert heard_of(0, 2, 10, 11).usual_gap == 8 * HOUR - MINUTE


@pytest.mark.parametrize(("activity", "lasts"), [(heard_of(0, 8), 16 * HOUR - 2 * MINUTE), (heard_of(0, 0.2), FLOOR)])
def test_a_source_is_silent_after_twice_its_usual_gap_and_never_within_an_hour(activity: SourceActivity, lasts: int):
    assert activity.alarm_after == lasts
    assert not activity.is_silent(activity.last_at + lasts)
    assert activity.is_silent(activity.last_at + lasts + 1)


@pytest.mark.parametrize("activity", [heard_of(), heard_of(0, number=19), heard_of(0, 5, number=9)])
def test_nothing_is_said_of_a_source_with_few_deliveries(activity: SourceActivity):
    assert activity.usual_gap is None
    assert not activity.is_silent(START + 10_000 * HOUR)


def test_a_single_burst_has_no_gap():
    assert heard_of(0).alarm_after == FLOOR
