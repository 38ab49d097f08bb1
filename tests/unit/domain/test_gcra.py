"""However calls are asked for, made late, or given back: no minute sees more of them than the account may make."""

from bisect import bisect_right
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.gcra import AHEAD, LEAST_BURST, burst, refund, spend
from worker.domain.instants import DAY, HOUR, MILLISECOND, MINUTE, SECOND

LIMITS = st.one_of(st.integers(10, 60), st.sampled_from([300, 1000]))
PLANS = [10, 11, 60, 300, 1000]


@pytest.mark.parametrize(("per_minute", "at_once"), [(10, 5), (50, 5), (60, 6), (300, 30), (1000, 100)])
def test_the_whole_burst_may_be_taken_at_once_and_then_no_more(per_minute, at_once):
    spent, now = 0, START
    for _ in range(at_once):
        spent, wait = spend(spent, now, 1, per_minute)
        assert wait == 0
    assert spend(spent, now, 1, per_minute) == (spent, spent - now)
    assert burst(per_minute) == at_once


@pytest.mark.parametrize("per_minute", PLANS)
def test_an_order_can_be_walked_with_one_burst_of_every_limit(per_minute):
    assert burst(per_minute) >= LEAST_BURST == 5


@pytest.mark.parametrize("per_minute", PLANS)
def test_after_the_wait_the_whole_burst_is_there_again(per_minute):
    spent, _ = spend(0, START, burst(per_minute), per_minute)
    _, wait = spend(spent, START, 1, per_minute)
    assert 0 < wait <= MINUTE + AHEAD
    assert spend(spent, START + wait - 1, burst(per_minute), per_minute)[1] == 1
    assert spend(spent, START + wait, burst(per_minute), per_minute)[1] == 0


@given(LIMITS)
def test_beyond_the_burst_calls_come_evenly_and_the_time_for_which_they_may_be_late_counts(per_minute):
    each = spend(0, START, 1, per_minute)[0] - START
    rest = per_minute - burst(per_minute)
    assert rest * (each - 1) < MINUTE + AHEAD <= rest * each


@pytest.mark.parametrize(("per_minute", "a_minute"), [(10, 4), (60, 49), (300, 249), (1000, 830)])
def test_whoever_asks_all_the_time_gets_most_of_the_limit(per_minute, a_minute):
    spent, now, made = 0, START, 0
    while now < START + HOUR:
        spent, wait = spend(spent, now, 5, per_minute)
        made, now = made + (0 if wait else 5), now + wait
    assert made // 60 >= a_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_a_clock_that_is_set_back_costs_no_more_than_a_burst(per_minute):
    spent, _ = spend(0, START + DAY, burst(per_minute), per_minute)
    spent, wait = spend(spent, START, 1, per_minute)
    assert 0 < wait <= MINUTE + AHEAD
    assert spend(spent, START + wait, burst(per_minute), per_minute)[1] == 0


def test_a_limit_that_is_raised_holds_at_once():
    spent, _ = spend(0, START, burst(10), 10)
    assert spend(spent, START, 1, 1000)[1] < spend(spent, START, 1, 10)[1]


# ------------------------------------------------------------------------------------------------------ in any minute


@dataclass
class Platform:
    """Counts the calls of an account whose turns reserve them, make some of them later, and give the others back."""

    per_minute: int
    now: int = START
    spent: int = 0
    reserved: list[tuple[int, int]] = field(default_factory=list)
    made: list[int] = field(default_factory=list)

    def reserve(self, calls: int) -> None:
        self.spent, wait = spend(self.spent, self.now, calls, self.per_minute)
        if not wait:
            self.reserved.append((self.now, calls))

    def result(self, used: int) -> None:
        """End the oldest turn: it makes no more than *used* of its calls, and none too late."""
        since, calls = self.reserved.pop(0)
        used = min(used, calls) if self.now - since <= AHEAD else 0
        self.made += [self.now] * used
        self.spent -= refund(calls - used, self.now - since, self.per_minute)

    def most_in_a_minute(self) -> int:
        return max((bisect_right(self.made, at + MINUTE) - n for n, at in enumerate(self.made)), default=0)


PAUSES = st.one_of(st.just(0), st.just(AHEAD), st.just(MINUTE), st.integers(0, SECOND), st.integers(0, 20 * SECOND))
CALLS = st.integers(1, LEAST_BURST)
ACTS = st.lists(st.tuples(PAUSES, CALLS, st.integers(0, LEAST_BURST), st.booleans()), max_size=200)


@given(LIMITS, ACTS)
def test_no_minute_ever_sees_more_calls_than_the_account_may_make(per_minute, acts):
    platform = Platform(per_minute)
    for pause, calls, used, event_results in acts:
        platform.now += pause
        platform.reserve(calls)
        if event_results and platform.reserved:
            platform.result(used)
    while platform.reserved:
        platform.result(LEAST_BURST)
    assert platform.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_calls_that_are_made_late_do_not_meet_with_more_than_the_limit_leaves_beside_them(per_minute):
    platform = Platform(per_minute)
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    platform.now += AHEAD
    for _ in range(burst(per_minute)):
        platform.result(1)
    while platform.now < START + AHEAD + MINUTE:
        platform.now += 50 * MILLISECOND
        platform.reserve(1)
        if platform.reserved:
            platform.result(1)
    assert per_minute - 1 <= platform.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_calls_that_are_given_back_late_do_not_add_up(per_minute):
    platform = Platform(per_minute)
    for _ in range(2 * MINUTE // SECOND):
        platform.reserve(LEAST_BURST)
        platform.now += SECOND
        if len(platform.reserved) * SECOND >= AHEAD:
            platform.result(0)
    while platform.reserved:
        platform.result(0)
    began = platform.now
    for _ in range(1200):
        platform.reserve(1)
        if platform.reserved:
            platform.result(1)
        platform.now += 50 * MILLISECOND
    assert sum(at <= began + MINUTE for at in platform.made) <= per_minute


@given(LIMITS, st.integers(0, 20 * SECOND), CALLS)
def test_calls_that_are_given_back_at_once_were_never_taken(per_minute, pause, calls):
    before, _ = spend(0, START, 3, per_minute)
    after, wait = spend(before, START + pause, calls, per_minute)
    if not wait:
        given = after - refund(calls, 0, per_minute)
        assert given == max(before, START + pause)


@given(LIMITS, CALLS, st.one_of(st.integers(0, 10 * SECOND), st.just(MINUTE)))
def test_what_has_come_back_by_itself_is_not_given_a_second_time(per_minute, calls, age):
    platform = Platform(per_minute)
    platform.reserve(calls)
    platform.now += age
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    platform.result(0)
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    assert sum(calls for _, calls in platform.reserved) <= burst(per_minute)


def test_of_calls_that_have_come_back_by_themselves_nothing_is_given_back():
    assert refund(1, MINUTE, 60) == 0
