"""What `CallLimits` promises, over both databases: all workers together make no more calls than the limit allows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from worker.domain import gcra
from worker.domain.instants import MINUTE, SECOND
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.database.database import Database
from worker.store.tables import budgets

LIMIT = 60
BURST = gcra.burst(LIMIT)


@pytest.fixture
def call_limits(database):
    return SqlCallLimits(database)


def test_all_calls_are_acquired_or_none(call_limits, clock):
    assert call_limits.acquire("main", 4, LIMIT) == 0
    refilled_at, _ = gcra.acquire(0, clock(), 4, LIMIT)
    assert call_limits.acquire("main", 3, LIMIT) == refilled_at - clock()
    assert call_limits.acquire("main", 2, LIMIT) == 0
    assert call_limits.acquire("main", 1, LIMIT) > 0


def test_after_the_wait_the_whole_burst_is_available_again(call_limits, clock):
    call_limits.acquire("main", BURST, LIMIT)
    clock.now += call_limits.acquire("main", 1, LIMIT)
    assert call_limits.acquire("main", BURST, LIMIT) == 0


def test_each_account_has_a_limit_of_its_own(call_limits):
    call_limits.acquire("main", BURST, LIMIT)
    assert call_limits.acquire("other", BURST, LIMIT) == 0


def test_calls_that_are_given_back_may_be_acquired_again_unless_they_were_already_available(call_limits):
    call_limits.acquire("main", BURST, LIMIT)
    call_limits.give_back("main", 3, 0, LIMIT)
    assert call_limits.acquire("main", 3, LIMIT) == 0
    call_limits.give_back("main", 3, MINUTE, LIMIT)
    assert call_limits.acquire("main", 1, LIMIT) > 0


def test_after_a_clock_was_set_back_the_wait_is_no_longer_than_for_a_burst(call_limits, clock):
    call_limits.acquire("main", BURST, LIMIT)
    clock.advance(days=-1)
    wait = call_limits.acquire("main", 1, LIMIT)
    assert wait < 10 * SECOND
    clock.now += wait
    assert call_limits.acquire("main", BURST, LIMIT) == 0


def test_workers_that_acquire_at_the_same_time_get_no_more_calls_than_the_burst(database_url, clock):
    with (
        closing(Database(database_url, clock=clock)) as one,
        closing(Database(database_url, clock=clock)) as another,
    ):
        workers = [SqlCallLimits(one), SqlCallLimits(another)] * 6
        waits = at_once(lambda call_limits: [call_limits.acquire("main", 1, LIMIT) for _ in range(4)], workers)
        assert sum(wait == 0 for each in waits for wait in each) == BURST


def test_a_worker_that_waited_for_others_counts_the_calls_that_they_acquired(postgresql_url, clock):
    with closing(Database(postgresql_url, clock=clock)) as database, ThreadPoolExecutor(1) as pool:
        call_limits = SqlCallLimits(database)
        call_limits.acquire("main", 1, LIMIT)
        clock.advance(minutes=1)
        with database.write() as connection:
            connection.execute(budgets.select().with_for_update())
            late = pool.submit(call_limits.acquire, "main", 1, LIMIT)
            wait_until_blocked(postgresql_url)
            clock.advance(seconds=4)
            refilled_at, _ = gcra.acquire(0, clock(), BURST, LIMIT)
            connection.execute(budgets.update().values(refilled_at=refilled_at))
        assert late.result() == refilled_at - clock()
        assert call_limits.acquire("main", 1, LIMIT) == refilled_at - clock()
