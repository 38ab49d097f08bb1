"""What `CallLimits` promises, over both databases: all workers together spend no more than there is."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from worker.domain.gcra import burst, spend
from worker.domain.instants import MINUTE, SECOND
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.database.database import Database
from worker.store.tables import budgets

LIMIT = 60
AT_ONCE = burst(LIMIT)


@pytest.fixture
def call_limits(database):
    return SqlCallLimits(database)


def test_calls_are_taken_all_or_none(call_limits, clock):
    assert call_limits.spend("main", 4, LIMIT) == 0
    spent, _ = spend(0, clock(), 4, LIMIT)
    assert call_limits.spend("main", 3, LIMIT) == spent - clock()
    assert call_limits.spend("main", 2, LIMIT) == 0
    assert call_limits.spend("main", 1, LIMIT) > 0


def test_after_the_wait_there_is_the_whole_burst_again(call_limits, clock):
    call_limits.spend("main", AT_ONCE, LIMIT)
    clock.now += call_limits.spend("main", 1, LIMIT)
    assert call_limits.spend("main", AT_ONCE, LIMIT) == 0


def test_each_account_has_an_allowance_of_its_own(call_limits):
    call_limits.spend("main", AT_ONCE, LIMIT)
    assert call_limits.spend("other", AT_ONCE, LIMIT) == 0


def test_what_is_given_back_may_be_taken_again_unless_it_came_back_by_itself(call_limits):
    call_limits.spend("main", AT_ONCE, LIMIT)
    call_limits.give_back("main", 3, 0, LIMIT)
    assert call_limits.spend("main", 3, LIMIT) == 0
    call_limits.give_back("main", 3, MINUTE, LIMIT)
    assert call_limits.spend("main", 1, LIMIT) > 0


def test_a_clock_that_was_set_back_is_waited_for_no_longer_than_a_burst_takes(call_limits, clock):
    call_limits.spend("main", AT_ONCE, LIMIT)
    clock.advance(days=-1)
    wait = call_limits.spend("main", 1, LIMIT)
    assert wait < 10 * SECOND
    clock.now += wait
    assert call_limits.spend("main", AT_ONCE, LIMIT) == 0


def test_of_many_that_ask_at_the_same_time_no_more_get_calls_than_there_are(database_url, clock):
    with (
        closing(Database(database_url, clock=clock)) as one,
        closing(Database(database_url, clock=clock)) as another,
    ):
        workers = [SqlCallLimits(one), SqlCallLimits(another)] * 6
        waits = at_once(lambda call_limits: [call_limits.spend("main", 1, LIMIT) for _ in range(4)], workers)
        assert sum(wait == 0 for each in waits for wait in each) == AT_ONCE


def test_whoever_waits_for_the_others_takes_back_nothing_that_they_took(postgresql_url, clock):
    with closing(Database(postgresql_url, clock=clock)) as database, ThreadPoolExecutor(1) as pool:
        call_limits = SqlCallLimits(database)
        call_limits.spend("main", 1, LIMIT)
        clock.advance(minutes=1)
        with database.write() as connection:
            connection.execute(budgets.select().with_for_update())
            late = pool.submit(call_limits.spend, "main", 1, LIMIT)
            wait_until_blocked(postgresql_url)
            clock.advance(seconds=4)
            refilled_at, _ = spend(0, clock(), AT_ONCE, LIMIT)
            connection.execute(budgets.update().values(refilled_at=refilled_at))
        assert late.result() == refilled_at - clock()
        assert call_limits.spend("main", 1, LIMIT) == refilled_at - clock()
