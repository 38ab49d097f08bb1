"""What the platform says lowers the limit, never raises it, and is forgotten in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.accounts.call_budget import acquire, free_calls, learn
from worker.domain.accounts.call_requests import Request, Seen
from worker.domain.accounts.call_state import BudgetState
from worker.domain.accounts.observations import LIMIT_LASTS, MAX_CLOSED, SHORT_PAUSE, Observation
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND

NUMBERS = st.one_of(st.none(), st.integers(0, 20), st.integers(0, 10**9))
OBSERVATIONS = st.builds(
    Observation,
    limit=NUMBERS,
    remaining=NUMBERS,
    resets_in=st.one_of(st.none(), st.integers(SECOND, DAY)),
    pause=st.one_of(st.none(), st.integers(0, SHORT_PAUSE)),
)


def after(*seen, state=None):
    """Return the state after observations, each with its age."""
    state = state or BudgetState()
    for observation, age in seen:
        state = learn(state, START, Seen(observation, age))
    return state


def granted(state, now=START, ceiling=600, calls=100):
    return acquire(state, now, Request(calls), ceiling)[1]


def taken(calls, ceiling=None):
    return acquire(BudgetState(), START - 30 * SECOND, Request(calls), ceiling)[0]


def test_a_lower_limit_of_a_minute_binds_for_ten_minutes():
    state = after((Observation(limit=40, remaining=39, resets_in=55 * SECOND), 0))
    assert free_calls(state, START, 600) == 2
    assert granted(state, calls=600).taken.calls == 39
    assert free_calls(state, START + LIMIT_LASTS - SECOND, 600) == 2
    assert free_calls(state, START + LIMIT_LASTS, 600) == 30


def test_a_higher_limit_never_raises_the_configured_one():
    state = after((Observation(limit=10_000, remaining=9_999, resets_in=MINUTE), 0))
    assert free_calls(state, START, 60) == free_calls(BudgetState(), START, 60) == 3


@pytest.mark.parametrize("resets_in", [SECOND, 20 * SECOND, HOUR])
def test_the_limit_of_another_window_is_no_limit_of_a_minute(resets_in):
    state = after((Observation(limit=50, remaining=49, resets_in=resets_in), 0))
    assert state.learned.limit == 0


def test_what_other_programs_use_is_left_to_them():
    """Ten calls of ours, but 150 of 200 are gone: 50 are left until the window ends."""
    state = after((Observation(limit=200, remaining=50, resets_in=40 * SECOND), 0), state=taken(10))
    assert granted(state, ceiling=None, calls=60).taken.calls <= 60
    state, _ = acquire(state, START, Request(50), None)
    wait = acquire(state, START, Request(), None)[1].wait
    assert 0 < wait <= 40 * SECOND


def test_what_remains_for_us_alone_binds_nothing():
    state = after((Observation(limit=600, remaining=590, resets_in=20 * SECOND), 0), state=taken(10))
    assert free_calls(state, START, 600) == free_calls(taken(10), START, 600) == 30


def test_without_calls_nothing_is_sent_until_the_reset_or_a_newer_answer():
    spent = Observation(limit=600, remaining=0, resets_in=40 * SECOND)
    state = after((spent, 10 * SECOND))
    assert granted(state).wait == 30 * SECOND
    assert free_calls(state, START, 600) == 0
    assert granted(state, START + 30 * SECOND).wait == 0
    assert granted(after((spent, 10 * SECOND), (Observation(remaining=100, resets_in=30 * SECOND), 0))).wait == 0


def test_the_newest_answer_counts_whoever_saw_it_first():
    spent, rich = Observation(remaining=0, resets_in=MINUTE), Observation(remaining=100, resets_in=MINUTE)
    assert granted(after((rich, SECOND), (spent, 2 * SECOND))).wait == 0
    assert granted(after((spent, SECOND), (rich, 2 * SECOND))).wait > 0


def test_a_pause_is_not_ended_by_an_answer_with_calls():
    state = after((Observation(pause=5 * SECOND), 0), (Observation(remaining=100, resets_in=MINUTE), 0))
    assert granted(state).wait == 5 * SECOND


def test_the_calls_of_a_longer_window_are_not_exceeded():
    state = after((Observation(limit=1000, remaining=7, resets_in=HOUR), 0))
    assert free_calls(state, START, 600) == 7
    state, grant = acquire(state, START, Request(5), 600)
    assert grant.taken.calls == 5
    state, grant = acquire(state, START, Request(5), 600)
    assert grant.taken.calls == 2
    assert acquire(state, START, Request(), 600)[1].wait > 0


def test_the_last_minutes_of_a_longer_window_are_not_taken_for_a_window_of_a_minute_full_of_calls_of_others():
    state = after((Observation(limit=1000, remaining=300, resets_in=50 * SECOND), 0), state=taken(10, 60))
    assert granted(state, ceiling=60, calls=1).wait == 0


def test_headers_without_a_reset_close_the_account_for_a_minute_at_most():
    state = after((Observation(remaining=0), 0))
    assert granted(state).wait == MINUTE


@given(st.lists(st.tuples(OBSERVATIONS, st.integers(0, MINUTE)), max_size=10), st.integers(10, 1000))
def test_nothing_that_was_seen_makes_anybody_wait_for_more_than_a_minute_or_so(seen, ceiling):
    state = after(*seen)
    assert granted(state, ceiling=ceiling, calls=1).wait <= MAX_CLOSED
    for back in (HOUR, DAY):
        assert granted(state, START - back, ceiling, calls=1).wait <= MAX_CLOSED


@given(st.lists(st.tuples(OBSERVATIONS, st.integers(0, MINUTE)), max_size=10), st.integers(10, 1000))
def test_nothing_that_was_seen_gives_more_calls_than_the_ceiling(seen, ceiling):
    state, calls = after(*seen), 0
    for _ in range(ceiling + 10):
        state, grant = acquire(state, START, Request(calls=5, continues=True), ceiling)
        calls += grant.taken.calls
    assert calls <= ceiling


@pytest.mark.parametrize(
    ("seen", "is_tight"),
    [
        (Observation(limit=200, remaining=100), False),
        (Observation(limit=200, remaining=99), True),
        (Observation(remaining=5), True),
        (Observation(limit=200), False),
        (Observation(), False),
        (Observation(pause=SECOND), True),
    ],
)
def test_an_answer_is_tight_when_less_than_half_is_left(seen, is_tight):
    assert seen.is_tight is is_tight
