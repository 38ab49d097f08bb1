"""No minute has more calls than the account may make, however calls are acquired, delayed or refunded."""

from bisect import bisect_right
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.gcra import MAX_CALL_DELAY, MIN_BURST, acquire, burst, refund
from worker.domain.instants import DAY, HOUR, MILLISECOND, MINUTE, SECOND

LIMITS = st.one_of(st.integers(10, 60), st.sampled_from([300, 1000]))
PLANS = [10, 11, 60, 300, 1000]


@pytest.mark.parametrize(("per_minute", "at_once"), [(10, 5), (50, 5), (60, 6), (300, 30), (1000, 100)])
def test_the_whole_burst_may_be_acquired_at_once_and_no_more(per_minute, at_once):
    refilled_at, now = 0, START
    for _ in range(at_once):
        refilled_at, wait = acquire(refilled_at, now, 1, per_minute)
        assert wait == 0
    assert acquire(refilled_at, now, 1, per_minute) == (refilled_at, refilled_at - now)
    assert burst(per_minute) == at_once


@pytest.mark.parametrize("per_minute", PLANS)
def test_one_burst_of_every_limit_is_enough_for_all_steps_of_an_order(per_minute):
    assert burst(per_minute) >= MIN_BURST == 5


@pytest.mark.parametrize("per_minute", PLANS)
def test_after_the_wait_the_whole_burst_is_available_again(per_minute):
    refilled_at, _ = acquire(0, START, burst(per_minute), per_minute)
    _, wait = acquire(refilled_at, START, 1, per_minute)
    assert 0 < wait <= MINUTE + MAX_CALL_DELAY
    assert acquire(refilled_at, START + wait - 1, burst(per_minute), per_minute)[1] == 1
    assert acquire(refilled_at, START + wait, burst(per_minute), per_minute)[1] == 0


@given(LIMITS)
def test_beyond_the_burst_calls_are_evenly_spaced_over_a_minute_and_the_longest_delay(per_minute):
    each = acquire(0, START, 1, per_minute)[0] - START
    rest = per_minute - burst(per_minute)
    assert rest * (each - 1) < MINUTE + MAX_CALL_DELAY <= rest * each


@pytest.mark.parametrize(("per_minute", "a_minute"), [(10, 4), (60, 49), (300, 249), (1000, 830)])
def test_an_account_that_asks_all_the_time_gets_most_of_its_limit(per_minute, a_minute):
    refilled_at, now, calls = 0, START, 0
    while now < START + HOUR:
        refilled_at, wait = acquire(refilled_at, now, 5, per_minute)
        calls, now = calls + (0 if wait else 5), now + wait
    assert calls // 60 >= a_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_a_clock_that_is_set_back_costs_no_more_than_a_burst(per_minute):
    refilled_at, _ = acquire(0, START + DAY, burst(per_minute), per_minute)
    refilled_at, wait = acquire(refilled_at, START, 1, per_minute)
    assert 0 < wait <= MINUTE + MAX_CALL_DELAY
    assert acquire(refilled_at, START + wait, burst(per_minute), per_minute)[1] == 0


def test_a_raised_limit_applies_at_once():
    refilled_at, _ = acquire(0, START, burst(10), 10)
    assert acquire(refilled_at, START, 1, 1000)[1] < acquire(refilled_at, START, 1, 10)[1]


# ------------------------------------------------------------------------------------------------------ in any minute


@dataclass
class Platform:
    """Counts the calls of an account. Its reconciliations reserve calls, make some later, and refund the others."""

    per_minute: int
    now: int = START
    refilled_at: int = 0
    reserved: list[tuple[int, int]] = field(default_factory=list)
    made_at: list[int] = field(default_factory=list)

    def reserve(self, calls: int) -> None:
        self.refilled_at, wait = acquire(self.refilled_at, self.now, calls, self.per_minute)
        if not wait:
            self.reserved.append((self.now, calls))

    def finish(self, used: int) -> None:
        """End the oldest reconciliation: it makes at most *used* of its calls, and none too late."""
        since, calls = self.reserved.pop(0)
        used = min(used, calls) if self.now - since <= MAX_CALL_DELAY else 0
        self.made_at += [self.now] * used
        self.refilled_at -= refund(calls - used, self.now - since, self.per_minute)

    def most_in_a_minute(self) -> int:
        return max((bisect_right(self.made_at, at + MINUTE) - n for n, at in enumerate(self.made_at)), default=0)


PAUSES = st.one_of(
    st.just(0), st.just(MAX_CALL_DELAY), st.just(MINUTE), st.integers(0, SECOND), st.integers(0, 20 * SECOND)
)
CALLS = st.integers(1, MIN_BURST)
RECONCILIATIONS = st.lists(st.tuples(PAUSES, CALLS, st.integers(0, MIN_BURST), st.booleans()), max_size=200)


@given(LIMITS, RECONCILIATIONS)
def test_no_minute_has_more_calls_than_the_account_may_make(per_minute, reconciliations):
    platform = Platform(per_minute)
    for pause, calls, used, finishes in reconciliations:
        platform.now += pause
        platform.reserve(calls)
        if finishes and platform.reserved:
            platform.finish(used)
    while platform.reserved:
        platform.finish(MIN_BURST)
    assert platform.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_calls_that_are_made_late_and_those_after_them_stay_within_the_limit(per_minute):
    platform = Platform(per_minute)
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    platform.now += MAX_CALL_DELAY
    for _ in range(burst(per_minute)):
        platform.finish(1)
    while platform.now < START + MAX_CALL_DELAY + MINUTE:
        platform.now += 50 * MILLISECOND
        platform.reserve(1)
        if platform.reserved:
            platform.finish(1)
    assert per_minute - 1 <= platform.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_late_refunds_do_not_add_up(per_minute):
    platform = Platform(per_minute)
    for _ in range(2 * MINUTE // SECOND):
        platform.reserve(MIN_BURST)
        platform.now += SECOND
        if len(platform.reserved) * SECOND >= MAX_CALL_DELAY:
            platform.finish(0)
    while platform.reserved:
        platform.finish(0)
    began = platform.now
    for _ in range(1200):
        platform.reserve(1)
        if platform.reserved:
            platform.finish(1)
        platform.now += 50 * MILLISECOND
    assert sum(at <= began + MINUTE for at in platform.made_at) <= per_minute


@given(LIMITS, st.integers(0, 20 * SECOND), CALLS)
def test_an_immediate_refund_undoes_the_acquisition(per_minute, pause, calls):
    before, _ = acquire(0, START, 3, per_minute)
    after, wait = acquire(before, START + pause, calls, per_minute)
    if not wait:
        given_back = after - refund(calls, 0, per_minute)
        assert given_back == max(before, START + pause)


@given(LIMITS, CALLS, st.one_of(st.integers(0, 10 * SECOND), st.just(MINUTE)))
def test_calls_that_are_available_again_are_not_refunded(per_minute, calls, age):
    platform = Platform(per_minute)
    platform.reserve(calls)
    platform.now += age
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    platform.finish(0)
    for _ in range(burst(per_minute)):
        platform.reserve(1)
    assert sum(calls for _, calls in platform.reserved) <= burst(per_minute)


def test_the_refund_of_a_call_that_is_available_again_is_zero():
    assert refund(1, MINUTE, 60) == 0
