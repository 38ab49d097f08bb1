"""What a process remembers of an account's limit: the newest answer, pauses, and headers that lie."""

import pytest

from tests.support.clock import Clock
from worker.domain.accounts.call_requests import CallUse, Grant, Request, Seen
from worker.domain.accounts.call_state import Taken
from worker.domain.accounts.observations import MAX_CLOSED, SHORT_PAUSE, Observation
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.reconcile.budget import SPENT, Budget
from worker.reconcile.budget_memory import MAX_REFUSALS, MAX_ZEROS

SPENT_FOR_A_MINUTE = Observation(limit=60, remaining=0, resets_in=MINUTE)
TIGHT = Observation(limit=60, remaining=20, resets_in=MINUTE)


class Database:
    """Records holds, and what the call limits are told. `wait` is the answer to the next requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.wait = clock, 0
        self.holds: list[tuple[str, HoldReason, int | None, str]] = []
        self.seen: list[Seen | None] = []
        self.learned: list[Seen] = []

    def hold(self, account: str, reason: HoldReason, lasts: int | None, detail: str = "") -> None:
        self.holds.append((account, reason, lasts, detail))

    def acquire(self, _account: str, request: Request, _ceiling: int | None, seen: Seen | None = None) -> Grant:
        self.seen.append(seen)
        return Grant(Taken(0 if self.wait else request.calls, self._clock()), self.wait)

    def give_back(self, _account: str, unused: Taken, _ceiling: int | None) -> None:
        raise AssertionError(unused)

    def learn(self, _account: str, seen: Seen) -> None:
        self.learned.append(seen)


@pytest.fixture
def database(clock):
    return Database(clock)


@pytest.fixture
def budget(database, clock):
    return Budget(database, database, {"limited": 60}, clock)


def test_the_newest_answer_travels_once_with_the_next_request(budget, database, clock):
    budget.observe("limited", SPENT_FOR_A_MINUTE)
    budget.observe("limited", TIGHT)
    clock.now += SECOND
    budget.acquire("limited")
    budget.acquire("limited")
    assert database.seen == [Seen(TIGHT, SECOND), None]


def test_an_answer_without_figures_is_no_news(budget, database):
    budget.observe("limited", Observation())
    budget.acquire("limited")
    assert database.seen == [None]


def test_an_account_without_a_limit_asks_the_database_only_while_its_platform_says_that_little_is_left(
    budget, database, clock
):
    budget.observe("free", Observation(limit=60, remaining=59, resets_in=MINUTE))
    assert budget.acquire("free") == 0
    assert database.seen == []
    budget.observe("free", TIGHT)
    assert budget.acquire("free") == 0
    assert database.seen == [Seen(TIGHT, 0)]
    clock.now += MINUTE
    budget.acquire("free")
    assert len(database.seen) == 1


def test_calls_without_a_limit_are_not_given_back(budget):
    grant = budget.reserve("free", Request(5))
    assert grant.taken.calls == 5
    budget.give_back("free", grant.taken)


def test_a_wait_is_remembered_for_orders_and_for_nobody_else(budget, database, clock):
    database.wait = 5 * SECOND
    assert budget.acquire("limited") == 5 * SECOND
    database.wait = 0
    clock.now += SECOND
    assert budget.is_used_up("limited")
    assert budget.acquire("limited") == 4 * SECOND
    assert budget.acquire("limited", use=CallUse.OPERATOR) == 0
    assert len(database.seen) == 2
    assert not budget.is_used_up("other")
    clock.now += 4 * SECOND
    assert budget.acquire("limited") == 0


def test_a_short_pause_is_a_matter_of_the_budget(budget, database, clock):
    assert budget.pause_or_hold("limited", SHORT_PAUSE) == SHORT_PAUSE
    assert (database.holds, [seen.observation.pause for seen in database.learned]) == ([], [SHORT_PAUSE])
    assert budget.is_paused("limited")
    assert budget.is_used_up("limited")
    clock.now += SHORT_PAUSE
    assert not budget.is_paused("limited")


def test_a_long_pause_holds_the_account(budget, database):
    assert budget.pause_or_hold("limited", SHORT_PAUSE + 1, "HTTP 429") == 0
    assert database.holds == [("limited", HoldReason.RATE_LIMITED, SHORT_PAUSE + 1, "HTTP 429")]
    assert database.learned == []


def test_calls_that_were_under_way_together_are_refused_once(budget, database, clock):
    for _ in range(5 * MAX_REFUSALS):
        assert budget.pause_or_hold("limited", SECOND) == SECOND
        clock.now += SECOND // 100
    assert database.holds == []


def test_short_pauses_one_after_another_hold_the_account(budget, database, clock):
    waits = list[int]()
    for _ in range(MAX_REFUSALS + 1):
        waits.append(budget.pause_or_hold("limited", SECOND))
        clock.now += SECOND
    assert waits == [SECOND] * MAX_REFUSALS + [0]
    assert [(reason, lasts) for _, reason, lasts, _ in database.holds] == [(HoldReason.RATE_LIMITED, MINUTE)]


def test_an_answer_between_two_pauses_ends_the_row(budget, database):
    for _ in range(3 * MAX_REFUSALS):
        budget.observe("limited", Observation(refused=True))
        budget.pause("limited", SECOND)
        budget.observe("limited", Observation())
    assert database.holds == []


def test_a_long_time_without_calls_holds_the_account_until_a_call_may_show_whether_it_is_so(budget, database):
    budget.observe("limited", Observation(remaining=0, resets_in=MAX_CLOSED))
    assert database.holds == []
    budget.observe("limited", Observation(remaining=0, resets_in=HOUR))
    assert database.holds == [("limited", HoldReason.RATE_LIMITED, MAX_CLOSED, SPENT)]


@pytest.mark.parametrize("resets_in", [None, SECOND, MINUTE, HOUR, DAY])
def test_headers_that_never_show_a_call_are_not_believed_for_ever(budget, database, clock, resets_in):
    for _ in range(MAX_ZEROS + 1):
        budget.observe("limited", Observation(limit=60, remaining=0, resets_in=resets_in))
        clock.now += resets_in or MINUTE
    database.holds.clear()
    budget.observe("limited", Observation(limit=60, remaining=0, resets_in=resets_in))
    budget.acquire("limited")
    assert database.holds == []
    assert database.seen[-1].observation.remaining is None
    budget.observe("limited", TIGHT)
    budget.observe("limited", SPENT_FOR_A_MINUTE)
    budget.acquire("limited")
    assert database.seen[-1].observation == SPENT_FOR_A_MINUTE


def test_many_answers_of_one_window_that_is_used_up_count_once(budget, database):
    for _ in range(10 * MAX_ZEROS):
        budget.observe("limited", SPENT_FOR_A_MINUTE)
    budget.acquire("limited")
    assert database.seen[-1].observation == SPENT_FOR_A_MINUTE


def test_a_wait_of_orders_that_the_platform_does_not_have_is_remembered_for_them_alone(budget, database):
    database.wait = 10 * SECOND
    unknown = Request(1, CallUse.UNKNOWN)
    assert budget.reserve("limited", unknown).wait == 10 * SECOND
    database.wait = 0
    assert not budget.is_used_up("limited")
    assert budget.reserve("limited", Request()).wait == 0
    assert budget.reserve("limited", unknown).wait == 10 * SECOND
    assert budget.reserve("limited", Request(1, CallUse.UNKNOWN, continues=True)).wait == 0
