"""No minute has more calls than the account may make, nearly all of them are used, and nobody waits without end."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.accounts.call_budget import acquire, free_calls, give_back, may_ask_for_unknown
from worker.domain.accounts.call_pace import MOST_CALLS, SHARE
from worker.domain.accounts.call_requests import CallUse, Grant, Request
from worker.domain.accounts.call_state import CALL_DELAY, WINDOW, BudgetState, Taken
from worker.domain.instants import DAY, HOUR, MILLISECOND, MINUTE, SECOND

PLANS = [10, 60, 300]
LIMITS = st.one_of(st.integers(10, 60), st.sampled_from([300, 1000]))
CALLS = st.integers(1, MOST_CALLS)
USES = st.sampled_from(CallUse)


@dataclass
class Account:
    """One account. `made_at` has the instants at which its calls were made."""

    per_minute: int
    now: int = START
    state: BudgetState = field(default_factory=BudgetState)
    granted: list[Taken] = field(default_factory=list)
    made_at: list[int] = field(default_factory=list)

    def ask(self, calls: int = 1, use: CallUse = CallUse.ORDERS, **request: Any) -> Grant:
        self.state, grant = acquire(self.state, self.now, Request(calls, use, **request), self.per_minute)
        return grant

    def ask_and_call(self, calls: int = 1, use: CallUse = CallUse.ORDERS) -> Grant:
        grant = self.ask(calls, use)
        self.made_at += [self.now] * grant.taken.calls
        return grant

    def reserve(self, calls: int, use: CallUse) -> None:
        grant = self.ask(calls, use)
        if grant.taken.calls:
            self.granted.append(grant.taken)

    def end(self, made: int) -> None:
        """End the oldest reconciliation: it makes at most *made* of its calls, none late, and gives back the rest."""
        taken = self.granted.pop(0)
        made = min(made, taken.calls) if self.now - taken.at <= CALL_DELAY else 0
        self.made_at += [self.now] * made
        self.state = give_back(self.state, self.now, Taken(taken.calls - made, taken.at), self.per_minute)

    def renew(self) -> None:
        """Let the oldest reconciliation reserve its calls anew."""
        taken = self.granted.pop(0)
        self.reserve_anew(taken)

    def reserve_anew(self, taken: Taken) -> None:
        grant = self.ask(taken.calls, unused=taken)
        if grant.taken.calls:
            self.granted.append(grant.taken)

    def most_in_a_minute(self) -> int:
        made_at = sorted(self.made_at)
        return max((bisect_right(made_at, at + MINUTE) - n for n, at in enumerate(made_at)), default=0)


PAUSES = st.one_of(
    st.just(0), st.just(CALL_DELAY), st.just(MINUTE), st.integers(0, SECOND), st.integers(0, 20 * SECOND)
)
ACTS = st.sampled_from(["reserve", "reserve", "end", "renew"])
HISTORIES = st.lists(st.tuples(PAUSES, ACTS, CALLS, USES), max_size=200)


@given(LIMITS, HISTORIES)
def test_no_minute_has_more_calls_than_the_account_may_make(per_minute, history):
    account = Account(per_minute)
    for pause, act, calls, use in history:
        account.now += pause
        if act == "reserve" or not account.granted:
            account.reserve(calls, use)
        elif act == "renew":
            account.renew()
        else:
            account.end(calls)
    while account.granted:
        account.end(MOST_CALLS)
    assert account.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_calls_that_are_made_as_late_as_they_may_be_stay_within_the_limit(per_minute):
    account = Account(per_minute)
    for tick in range(3 * MINUTE // (100 * MILLISECOND)):
        account.now = START + tick * 100 * MILLISECOND
        # In every other minute, calls are made at once; in the others, as late as possible.
        delay = CALL_DELAY if (tick // 610) % 2 else 0
        grant = account.ask(1, continues=True)
        account.made_at += [account.now + delay] * grant.taken.calls
    assert per_minute * 0.9 <= account.most_in_a_minute() <= per_minute


@pytest.mark.parametrize(
    ("per_minute", "calls", "share"),
    [(60, 1, 0.95), (200, 5, 0.95), (300, 1, 0.95), (300, 5, 0.95), (1000, 5, 0.95), (60, 5, 0.9)],
)
def test_under_a_backlog_nearly_all_calls_are_used(per_minute, calls, share):
    """Orders of five calls leave the last few calls of a small limit unused."""
    account, minutes = Account(per_minute), 4
    while account.now < START + minutes * MINUTE:
        account.now += account.ask_and_call(calls).wait or MILLISECOND
    assert sum(at > START + MINUTE for at in account.made_at) >= share * per_minute * (minutes - 1)
    assert account.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_calls_come_at_an_even_pace(per_minute):
    account = Account(per_minute)
    while account.now < START + 4 * MINUTE:
        account.now += account.ask_and_call().wait or MILLISECOND
    at_once = max(1, per_minute // 20)
    per_ten_seconds = [
        sum(at // (10 * SECOND) == part for at in account.made_at)
        for part in range(START // (10 * SECOND), account.now // (10 * SECOND))
    ]
    assert max(per_ten_seconds) <= per_minute / 6 + at_once + 1
    assert min(per_ten_seconds[:-1]) >= per_minute / 6 - 2 * at_once - 1


@settings(max_examples=8)
@given(st.sampled_from([10, 30, 60]), CALLS, st.integers(1, 3), st.integers())
def test_a_caller_that_comes_again_when_it_was_told_gets_its_calls(per_minute, calls, others, seed):
    """Others do not keep it waiting without end, whether they ask for fewer calls or for more.

    Whoever comes first when calls are free gets them. So with ten calls a minute, chance may make it wait for minutes.
    """
    account = Account(per_minute)
    asked_at, dues = START, dict.fromkeys(range(others + 1), START)
    waited, random = list[int](), Random(seed)
    while account.now < START + 30 * MINUTE:
        caller = min(dues, key=lambda number: (dues[number], random.random()))
        account.now = max(account.now, dues[caller])
        grant = account.ask(calls if caller == 0 else random.randint(1, MOST_CALLS))
        dues[caller] = account.now + (grant.wait or MILLISECOND)
        if caller == 0 and not grant.wait:
            waited.append(account.now - asked_at)
            asked_at = account.now
    assert max(waited) < 15 * MINUTE


@pytest.mark.parametrize("use", [CallUse.OPERATOR, CallUse.SCAN])
@pytest.mark.parametrize("per_minute", PLANS)
def test_a_backlog_of_orders_leaves_calls_for_operators_and_scans(per_minute, use):
    account, waits, due = Account(per_minute), [], START + MINUTE
    while account.now < START + 5 * MINUTE:
        while not account.ask_and_call(MOST_CALLS if per_minute > 10 else 2).wait:
            pass
        if account.now >= due:
            wait = account.ask_and_call(1, use).wait
            waits.append(wait)
            due = account.now + (wait or 10 * SECOND)
        account.now += 100 * MILLISECOND
    assert waits.count(0) >= (20 if per_minute > 10 else 3)
    assert account.most_in_a_minute() <= per_minute


@pytest.mark.parametrize("per_minute", PLANS)
def test_scans_use_at_most_a_tenth(per_minute):
    account, made = Account(per_minute), 0
    while account.now < START + 10 * MINUTE:
        grant = account.ask_and_call(1, CallUse.SCAN)
        made += grant.taken.calls
        account.now += grant.wait or MILLISECOND
    assert 0.9 * per_minute <= made <= per_minute + 1


def test_orders_leave_the_last_calls_to_operators():
    account = Account(300)
    while not account.ask(1, continues=True).wait:
        pass
    assert account.state.used == 297
    assert free_calls(account.state, account.now, 300) == 0
    assert account.ask(3, CallUse.OPERATOR).wait == 0
    assert account.ask(1, CallUse.OPERATOR).wait > 0


@pytest.mark.parametrize("calls", [1, 2, MOST_CALLS])
@pytest.mark.parametrize("per_minute", [10, 20, *PLANS[1:]])
def test_operators_who_never_rest_get_their_share_and_else_only_what_orders_leave(per_minute, calls):
    account, minutes, random, made = Account(per_minute), 10, Random(calls), Counter[CallUse]()
    callers = [*[CallUse.ORDERS] * 4, CallUse.SCAN, CallUse.OPERATOR]
    due = [START] * len(callers)
    while account.now < START + minutes * MINUTE:
        caller = due.index(min(due))
        account.now, use = max(account.now, due[caller]), callers[caller]
        grant = account.ask_and_call(calls if use is CallUse.ORDERS else 1, use)
        made[use] += grant.taken.calls
        # A worker is late by up to the half second between two claims. The others come when they were told.
        late = random.randrange(SECOND // 2) if use is CallUse.ORDERS else MILLISECOND
        due[caller] = account.now + grant.wait + late
    share = per_minute // SHARE * minutes
    assert share * 0.7 <= made[CallUse.OPERATOR] <= share * 1.6
    assert made[CallUse.SCAN] >= share * 0.7
    assert made[CallUse.ORDERS] >= (0.4 if per_minute < 60 else 0.7) * per_minute * minutes
    assert account.most_in_a_minute() <= per_minute


def test_operators_get_what_orders_leave():
    account = Account(60)
    while account.now < START + 4 * MINUTE:
        account.now += account.ask_and_call(1, CallUse.OPERATOR).wait or MILLISECOND
    assert len(account.made_at) >= 0.85 * 60 * 4


def test_a_request_for_more_than_the_limit_can_give_gets_what_it_can():
    account = Account(10)
    assert account.ask(50, CallUse.OPERATOR).taken.calls == 9
    assert Account(10).ask(50).taken.calls == 9
    assert Account(3).ask(MOST_CALLS).taken.calls == 3
    assert Account(1).ask(MOST_CALLS).taken.calls == 2


def test_an_unused_reservation_that_is_renewed_keeps_its_calls_and_its_place():
    account = Account(60)
    taken = account.ask(MOST_CALLS).taken
    account.now += SECOND
    while not account.ask(1, continues=True).wait:
        pass
    assert account.ask(MOST_CALLS, unused=taken).taken == Taken(MOST_CALLS, account.now)
    assert account.ask(1, continues=True).wait > 0


def test_a_caller_that_continues_need_not_keep_to_the_pace_but_those_after_it_do():
    account = Account(60)
    account.ask(MOST_CALLS)
    assert account.ask(1).wait > 0
    wait = account.ask(1).wait
    assert account.ask(4, continues=True).wait == 0
    assert account.ask(1).wait > wait


@given(LIMITS, CALLS, st.integers(0, 70 * SECOND))
def test_what_is_given_back_at_once_was_never_taken(per_minute, calls, pause):
    account = Account(per_minute)
    account.ask(1)
    account.now += pause // MILLISECOND * MILLISECOND
    before = account.state.settled(account.now)
    taken = account.ask(calls).taken
    after = give_back(account.state, account.now, taken, per_minute)
    assert after.used == before.used
    free_before, free_after = (free_calls(state, account.now, per_minute) or 0 for state in (before, after))
    assert free_after >= free_before - 1


def test_calls_that_are_too_old_to_count_are_not_given_back():
    account = Account(60)
    taken = account.ask(MOST_CALLS).taken
    account.now += WINDOW + SECOND
    account.ask(MOST_CALLS)
    assert give_back(account.state, account.now, taken, 60).used == MOST_CALLS


# ------------------------------------------------------------------------------ orders that the platform does not have


@pytest.mark.parametrize("per_minute", [10, 60, 200])
def test_orders_that_the_platform_does_not_have_get_a_tenth_of_the_calls(per_minute):
    account = Account(per_minute)
    for _ in range(5 * 60 * 4):
        account.ask_and_call(1, CallUse.UNKNOWN)
        account.now += SECOND // 4
    assert 5 * per_minute / SHARE * 0.9 <= len(account.made_at) <= 5 * per_minute / SHARE + 1


def test_an_order_that_waits_for_the_small_part_makes_no_other_order_wait():
    account = Account(60)
    account.ask_and_call(1, CallUse.UNKNOWN)
    assert account.ask(1, CallUse.UNKNOWN).wait > 5 * SECOND
    assert account.ask(2).taken.calls == 2


def test_a_search_that_has_begun_gets_its_further_calls_at_once():
    account = Account(60)
    account.ask_and_call(1, CallUse.UNKNOWN)
    assert account.ask(1, CallUse.UNKNOWN, continues=True).taken.calls == 1


@pytest.mark.parametrize(("per_minute", "may"), [(60, 0), (None, None)])
def test_a_claim_knows_whether_it_may_ask_for_an_order_that_the_platform_does_not_have(per_minute, may):
    state, _ = acquire(BudgetState(), START, Request(1, CallUse.UNKNOWN), 60)
    assert may_ask_for_unknown(state, START, per_minute) == may
    assert may_ask_for_unknown(state, START + MINUTE, per_minute) == (None if may is None else 1)


# ---------------------------------------------------------------------------------------------------- how many are free


@given(LIMITS, HISTORIES)
def test_calls_that_are_free_can_be_taken(per_minute, history):
    account = Account(per_minute)
    for pause, _, calls, use in history[:20]:
        account.now += pause
        account.ask(calls, use)
        free = free_calls(account.state, account.now, per_minute)
        _, grant = acquire(account.state, account.now, Request(), per_minute)
        assert free is not None
        assert (free > 0) == (grant.wait == 0)


def test_without_a_limit_any_number_of_calls_is_free():
    assert free_calls(BudgetState(), START, None) is None
    assert acquire(BudgetState(), START, Request(1000), None)[1].taken.calls == 1000


# -------------------------------------------------------------------------------------------------- ------- the clock


@pytest.mark.parametrize("back", [SECOND, MINUTE, HOUR, DAY])
@pytest.mark.parametrize("per_minute", PLANS)
def test_after_the_clock_was_set_back_nobody_waits_for_more_than_a_minute_or_so(per_minute, back):
    account = Account(per_minute)
    while not account.ask(MOST_CALLS, CallUse.OPERATOR).wait:
        pass
    account.ask(1, CallUse.SCAN)
    account.now -= back
    for use in CallUse:
        assert account.ask(1, use).wait <= MINUTE + 10 * SECOND
    account.now += MINUTE + 10 * SECOND
    assert account.ask(1).wait == 0


def test_after_the_clock_was_set_forward_the_calls_are_free_again():
    account = Account(60)
    while not account.ask(1, CallUse.OPERATOR).wait:
        pass
    account.now += HOUR
    assert account.ask(MOST_CALLS).wait == 0
