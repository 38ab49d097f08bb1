"""With a high limit, a process takes calls ahead for its next orders: few, for a moment, and within the limit."""

import sys
import threading
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, cast

import pytest

from tests.support.at_once import at_once
from tests.support.call_limits import CallLimitsInMemory
from tests.support.clock import Clock
from worker.domain.accounts.call_pace import AHEAD
from worker.domain.accounts.call_requests import CallUse, Grant, Request
from worker.domain.accounts.call_state import CALL_DELAY, WINDOW, BudgetState, Taken
from worker.domain.accounts.observations import Observation
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import MINUTE, SECOND
from worker.ports import Holds
from worker.reconcile.budget import Budget
from worker.reconcile.call_reservation import BudgetExhausted, CallReservation
from worker.reconcile.calls_ahead import AHEAD_LASTS

HIGH, LOW = 6000, 300


@pytest.fixture
def limits(clock: Clock) -> CallLimitsInMemory:
    return CallLimitsInMemory(clock)


@pytest.fixture
def budget(limits: CallLimitsInMemory, clock: Clock) -> Budget:
    return Budget(cast("Holds", None), limits, {"main": HIGH, "low": LOW}, clock)


@pytest.fixture
def take_short_turns() -> Iterator[Callable[[], None]]:
    """A function that lets threads take turns so often that they meet within a few statements.

    It is for threads that have begun: with such turns, one that begins may die in the code that measures coverage.
    """
    interval = sys.getswitchinterval()
    yield lambda: sys.setswitchinterval(1e-6)
    sys.setswitchinterval(interval)


def test_many_orders_of_a_high_limit_need_one_transaction(budget, limits):
    grants = [budget.reserve("main", Request(5)) for _ in range(1 + HIGH // AHEAD // 5)]
    assert {grant.taken.calls for grant in grants} == {5}
    assert limits.transactions == ["acquire"]
    assert limits.state.used == 5 + HIGH // AHEAD


def test_a_limit_of_a_few_hundred_is_shared_call_by_call(budget, limits):
    taken = [budget.reserve("low", Request(5)).taken for _ in range(3)]
    assert limits.transactions == ["acquire"] * 3
    assert limits.state.used == 15
    budget.give_back("low", Taken(2, taken[-1].at))
    assert limits.state.used == 13


def test_calls_that_were_taken_ahead_begin_as_soon_as_others(budget, limits, clock):
    budget.reserve("main", Request(5))
    clock.now += AHEAD_LASTS - 1
    reservation = CallReservation(budget, "main", clock)
    reservation.reserve(5)
    assert limits.transactions == ["acquire"]
    clock.now += CALL_DELAY - AHEAD_LASTS + 2
    assert reservation.is_late


def test_calls_that_are_left_after_a_moment_go_back_with_the_next_request(budget, limits, clock):
    budget.reserve("main", Request(5))
    clock.now += AHEAD_LASTS
    grant = budget.reserve("main", Request(5))
    assert grant.age == 0
    assert limits.transactions == ["acquire"] * 2
    assert limits.state.used == 5 + 5 + HIGH // AHEAD


def test_calls_that_were_not_made_serve_the_next_order(budget, limits):
    budget.reserve("main", Request(5))
    grants = [budget.reserve("main", Request(5)) for _ in range(HIGH // AHEAD // 5)]
    budget.give_back("main", grants[-1].taken)
    assert budget.reserve("main", Request(5)).taken == grants[-1].taken
    assert limits.transactions == ["acquire"]


def test_calls_that_were_not_made_go_back_to_the_database_when_those_ahead_are_old(budget, limits, clock):
    taken = budget.reserve("main", Request(5)).taken
    clock.now += AHEAD_LASTS
    budget.give_back("main", taken)
    assert limits.transactions == ["acquire", "give_back"]


@pytest.mark.parametrize(
    "request_",
    [Request(1, CallUse.SCAN), Request(1, CallUse.OPERATOR), Request(1, CallUse.UNKNOWN)],
)
def test_only_orders_use_calls_that_were_taken_ahead(budget, limits, request_):
    budget.reserve("main", Request(5))
    budget.reserve("main", request_)
    assert limits.transactions == ["acquire"] * 2
    assert limits.state.used == 5 + HIGH // AHEAD + 1


def test_a_new_order_reserves_its_steps_after_its_read_without_a_transaction(budget, limits, clock):
    budget.reserve("main", Request(5))
    reservation = CallReservation(budget, "main", clock)
    reservation.reserve()
    reservation.use()
    reservation.reserve(4)
    assert limits.transactions == ["acquire"]


def test_calls_of_another_instant_go_back_with_the_request_for_more(budget, limits, clock):
    reservation = CallReservation(budget, "main", clock)
    reservation.reserve(2)
    clock.now += SECOND
    reservation.reserve(3)
    assert limits.transactions == ["acquire"] * 2


def test_while_a_platform_says_that_few_calls_are_left_none_is_taken_ahead(budget, limits, clock):
    budget.reserve("main", Request(5))
    budget.observe("main", Observation(limit=HIGH, remaining=10, resets_in=MINUTE))
    budget.reserve("main", Request(5))
    assert limits.transactions == ["acquire"] * 2
    assert limits.state.used <= 5 + HIGH // AHEAD + 5


@pytest.mark.parametrize("use", [CallUse.OPERATOR, CallUse.SCAN])
def test_while_others_wait_none_is_taken_ahead(budget, limits, clock, use):
    waiting = {"operator_until": clock() + MINUTE} if use is CallUse.OPERATOR else {"scan_until": clock() + MINUTE}
    limits.state = BudgetState(**waiting)
    budget.reserve("main", Request(5))
    assert limits.state.used == 5


def test_calls_ahead_are_taken_only_if_they_are_free_at_once(budget, limits, clock):
    used = Taken(HIGH - HIGH // AHEAD - 20, clock())  # all but the reserve of operators, and a few
    limits.state = BudgetState(taken=(used,))
    assert budget.reserve("main", Request(5)).taken.calls == 5
    assert limits.state.used == used.calls + 5


def test_after_an_error_of_the_database_calls_are_taken_ahead_again(budget, limits):
    limits.is_broken = True
    with pytest.raises(StoreUnavailable):
        budget.reserve("main", Request(5))
    limits.is_broken = False
    budget.reserve("main", Request(5))
    assert limits.state.used == 5 + HIGH // AHEAD


def test_a_second_thread_takes_none_ahead_while_the_first_one_does(budget, limits, monkeypatch):
    acquire = limits.acquire

    def while_another_thread_asks(account: str, request: Request, *arguments: object) -> Grant:
        monkeypatch.setattr(limits, "acquire", acquire)
        assert budget.reserve("main", Request(5)).ahead == 0
        grant: Grant = acquire(account, request, *arguments)
        return grant

    monkeypatch.setattr(limits, "acquire", while_another_thread_asks)
    assert budget.reserve("main", Request(5)).ahead == HIGH // AHEAD


def test_no_window_has_more_calls_than_the_limit_and_nearly_all_are_used(budget, limits, clock):
    made, begun_at = list[int](), clock()
    while clock() < begun_at + 3 * WINDOW:
        grant = budget.reserve("main", Request(5))
        made += [clock()] * grant.taken.calls
        if grant.wait:
            clock.now += min(grant.wait, SECOND // 10)
    for first, at in enumerate(made):
        last = first + HIGH
        assert last >= len(made) or made[last] - at >= MINUTE
    assert len(made) >= 0.9 * 3 * HIGH


class OneByOne(CallLimitsInMemory):
    """Makes one change at a time, as the database does. `counted` is how many calls count."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.lock, self.counted = threading.Lock(), 0

    def acquire(self, account: str, request: Request, *others: Any) -> Grant:
        with self.lock:
            grant = super().acquire(account, request, *others)
            self.counted += grant.taken.calls + grant.ahead - (request.unused.calls if request.unused else 0)
        return grant

    def give_back(self, account: str, unused: Taken, ceiling: int | None) -> None:
        with self.lock:
            self.counted -= unused.calls


def test_threads_that_share_calls_lose_none_and_make_none_twice(clock, take_short_turns):
    limits = OneByOne(clock)
    budget = Budget(cast("Holds", None), limits, {"main": HIGH}, clock)

    def let_pass(duration: int) -> None:
        with limits.lock:
            clock.now += duration

    def reserve(reservation: CallReservation, calls: int) -> None:
        while True:
            try:
                return reservation.reserve(calls)
            except BudgetExhausted as exhausted:
                let_pass(exhausted.wait)

    def reconcile_orders(number: int) -> int:
        chance, made = Random(number), 0
        for _ in range(100):
            let_pass(AHEAD_LASTS // 6)
            reservation, calls = CallReservation(budget, "main", clock), chance.randrange(1, 6)
            reserve(reservation, calls)
            used = chance.randrange(calls + 1)
            reservation.use(used)
            reservation.give_back()
            made += used
        return made

    made = sum(at_once(reconcile_orders, range(8), take_short_turns))
    clock.now += AHEAD_LASTS
    grant = budget.reserve("main", Request(1))  # what was left goes back with it
    assert limits.counted == made + 1 + grant.ahead
    assert limits.transactions.count("acquire") > 50
