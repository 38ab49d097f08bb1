"""What the overview of accounts promises, over both databases."""

from tests.support.clock import START
from tests.support.harness import order_key
from worker.domain.accounts.workers import Service, WorkerProcess
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.overview.accounts import AccountOrders
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.store.queries.accounts import AccountQueries
from worker.store.workers import SqlWorkers


def test_the_orders_of_each_account_are_counted_by_what_they_wait_for(harness):
    for number in range(1, 6):
        harness.accept(order=order_key(number))
    harness.accept(order=order_key(1, "other"))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED))
    harness.finish(order_key(2), Done())
    harness.finish(order_key(3), Later(START + HOUR, WaitReason.SETTLE))
    harness.finish(order_key(1, "other"), Done())
    harness.lease(order_key(5))
    overview = AccountQueries(harness.database).overview()
    assert overview.orders == {
        "main": AccountOrders(total=5, waiting=3, ready=1, ready_since=START),
        "other": AccountOrders(total=1),
    }


def test_orders_of_a_held_account_are_ready_all_the_same(harness):
    harness.accept(order=order_key(1))
    harness.clock.advance(minutes=1)
    harness.holds.hold("main", "outage", None, "timed out", 30 * SECOND)
    overview = AccountQueries(harness.database).overview()
    assert overview.orders["main"] == AccountOrders(1, 1, 1, START)
    (hold,) = overview.holds_of("main")
    assert (hold.reason, hold.detail, hold.next_probe) == ("outage", "timed out", START + MINUTE + 30 * SECOND)


def test_an_expired_hold_is_no_hold(harness):
    harness.holds.hold("main", "rate_limited", MINUTE)
    harness.clock.advance(minutes=1)
    assert AccountQueries(harness.database).overview().holds == ()


def test_workers_are_seen_with_their_accounts(harness):
    SqlWorkers(harness.database).beat(WorkerProcess("a", "box", 1, "", ("main",), 0), None)
    overview = AccountQueries(harness.database).overview()
    assert (overview.service_of("main"), overview.service_of("other")) == (Service.SERVED, Service.NOT_SERVED)


def test_an_empty_database_has_no_accounts(harness):
    overview = AccountQueries(harness.database).overview()
    assert (overview.orders, overview.holds, overview.running) == ({}, (), ())
