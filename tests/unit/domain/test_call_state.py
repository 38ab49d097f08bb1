"""The text of a budget's state has all of it, stays small, and is a new state when it cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.accounts.call_budget import acquire
from worker.domain.accounts.call_pace import MOST_CALLS
from worker.domain.accounts.call_requests import CallUse, Request
from worker.domain.accounts.call_state import MAX_BUCKETS, BudgetState, state_of, text_of
from worker.domain.instants import MILLISECOND, MINUTE, SECOND

PAUSES = st.one_of(st.just(0), st.just(MINUTE), st.integers(0, 20 * SECOND))
HISTORIES = st.lists(st.tuples(PAUSES, st.integers(1, MOST_CALLS), st.sampled_from(CallUse)), max_size=200)


@given(st.integers(10, 1000), HISTORIES)
def test_the_text_of_a_state_has_all_of_it(per_minute, history):
    state, now = BudgetState(), START
    for pause, calls, use in history:
        now += pause
        state, _ = acquire(state, now, Request(calls, use), per_minute)
        assert state_of(text_of(state)) == state


def test_the_state_stays_small_whatever_the_limit():
    state = BudgetState()
    for tick in range(2 * MINUTE // (100 * MILLISECOND)):
        now = START + tick * 100 * MILLISECOND
        state, _ = acquire(state, now, Request(100, CallUse.OPERATOR), 1_000_000)
    assert len(state.taken) <= MAX_BUCKETS <= 250
    assert len(text_of(state)) < 4_000


UNREADABLE = ["", "x", "[]", "null", "{}", "1", "[" * 9999]
WRONG_VALUES = [
    '"taken":[1,2]',
    '"taken":[1],"learned":[]',
    '"taken":[true,1],"learned":[]',
    '"taken":[-1,1],"learned":[]',
]
WRONG_OTHERS = ['"taken":[],"learned":["x"]', '"taken":[],"learned":[],"need":1e9', '"taken":{},"learned":[-1]']


@pytest.mark.parametrize("text", [*UNREADABLE, *(f"{{{values}}}" for values in (*WRONG_VALUES, *WRONG_OTHERS))])
def test_a_text_that_cannot_be_read_is_a_new_state(text):
    assert state_of(text) == BudgetState()


def test_what_a_newer_version_has_written_as_well_is_ignored():
    state, _ = acquire(BudgetState(), START, Request(3), 60)
    newer = text_of(state)[:-1] + ',"newer":{"x":1}}'
    assert state_of(newer) == state
