"""What `CallLimits` promises, over both databases: all workers together make no more calls than the limit allows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from worker.domain.accounts import call_budget
from worker.domain.accounts.call_requests import CallUse, Request, Seen
from worker.domain.accounts.call_state import BudgetState, Taken, text_of
from worker.domain.accounts.observations import Observation
from worker.domain.instants import MINUTE, SECOND
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.database.database import Database
from worker.store.tables import budgets

LIMIT, AT_ONCE = 100, 5
OPERATOR, CONTINUES = Request(use=CallUse.OPERATOR), Request(continues=True)


@pytest.fixture
def call_limits(database):
    return SqlCallLimits(database)


def take(call_limits, calls=1, account="main", **request):
    return call_limits.acquire(account, Request(calls, **request), LIMIT)


def test_calls_are_taken_all_or_none(call_limits, clock):
    grant = take(call_limits, AT_ONCE)
    assert (grant.taken, grant.wait) == (Taken(AT_ONCE, clock()), 0)
    refused = take(call_limits, 1)
    assert (refused.taken.calls, refused.wait > 0) == (0, True)


def test_after_the_wait_the_calls_are_there(call_limits, clock):
    take(call_limits, AT_ONCE)
    clock.now += take(call_limits, 1).wait
    assert take(call_limits, 1).taken.calls == 1


def test_each_account_has_a_budget_of_its_own(call_limits):
    take(call_limits, AT_ONCE)
    assert take(call_limits, AT_ONCE, "other").wait == 0


def test_calls_that_are_given_back_may_be_taken_again(call_limits):
    taken = take(call_limits, AT_ONCE).taken
    call_limits.give_back("main", Taken(3, taken.at), LIMIT)
    assert take(call_limits, 3).wait == 0
    assert take(call_limits, 1).wait > 0


def test_what_one_worker_learns_binds_the_others(database, call_limits, clock):
    call_limits.learn("main", Seen(Observation(pause=5 * SECOND), 0))
    another = SqlCallLimits(database)
    assert another.acquire("main", Request(), LIMIT).wait == 5 * SECOND
    assert another.acquire("main", OPERATOR, None).wait == 5 * SECOND
    clock.now += 5 * SECOND
    assert another.acquire("main", Request(), LIMIT).wait == 0


def test_an_observation_travels_with_the_next_request(call_limits, clock):
    spent = Observation(limit=LIMIT, remaining=0, resets_in=30 * SECOND)
    assert call_limits.acquire("main", Request(), LIMIT, Seen(spent, 10 * SECOND)).wait == 20 * SECOND
    assert call_limits.acquire("main", Request(), LIMIT).wait == 20 * SECOND


def test_after_a_clock_was_set_back_nobody_waits_for_more_than_a_minute_or_so(call_limits, clock):
    while not call_limits.acquire("main", OPERATOR, LIMIT).wait:
        pass
    clock.advance(days=-1)
    wait = call_limits.acquire("main", OPERATOR, LIMIT).wait
    assert 0 < wait <= MINUTE + 2 * SECOND
    clock.now += wait
    assert call_limits.acquire("main", OPERATOR, LIMIT).wait == 0


def test_workers_that_ask_at_the_same_time_get_no_more_calls_than_the_limit(database_url, clock):
    with (
        closing(Database(database_url, clock=clock)) as one,
        closing(Database(database_url, clock=clock)) as another,
    ):
        workers = [SqlCallLimits(one), SqlCallLimits(another)] * 6
        grants = at_once(lambda limits: [limits.acquire("main", CONTINUES, 20) for _ in range(4)], workers)
        assert sum(grant.taken.calls for each in grants for grant in each) == 19


def test_a_worker_that_waited_for_others_counts_the_calls_that_they_took(postgresql_url, clock):
    with closing(Database(postgresql_url, clock=clock)) as database, ThreadPoolExecutor(1) as pool:
        call_limits = SqlCallLimits(database)
        take(call_limits)
        clock.advance(minutes=2)
        with database.write() as connection:
            connection.execute(budgets.select().with_for_update())
            late = pool.submit(take, call_limits)
            wait_until_blocked(postgresql_url)
            clock.advance(seconds=4)
            state, _ = call_budget.acquire(BudgetState(), clock(), Request(AT_ONCE), LIMIT)
            connection.execute(budgets.update().values(state=text_of(state)))
        _, expected = call_budget.acquire(state, clock(), Request(), LIMIT)
        assert late.result() == expected
        assert expected.wait > 0


def test_the_column_of_the_version_before_stays_as_that_version_wrote_it(database, call_limits, clock):
    with database.write() as connection:
        connection.execute(budgets.insert().values(account="main", refilled_at=clock() + 7))
    take(call_limits)
    with database.read() as connection:
        assert connection.execute(budgets.select()).one().refilled_at == clock() + 7


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "{", '{"taken":[1],"learned":[]}', '{"taken":[-1,2],"learned":[]}']
)
def test_an_unreadable_state_is_a_new_one(database, call_limits, text):
    with database.write() as connection:
        connection.execute(budgets.insert().values(account="main", refilled_at=0, state=text))
    assert take(call_limits, AT_ONCE).wait == 0
    assert take(call_limits, 1).wait > 0
