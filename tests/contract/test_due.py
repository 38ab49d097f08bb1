"""What `DueOrders` promises: one worker claims each due order, and no worker claims it again at once."""

from sqlalchemy import event

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.events import KEY, an_event
from tests.support.harness import ENQUEUE_AGAIN_AFTER
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.reconcile.reconciliation import MIN_LEASE


def receive(harness, *ids, account="main"):
    for order_id in ids:
        harness.accept(an_event("shipment.picked_up", order=OrderKey(account, order_id)))
        harness.clock.now += 1


def claim(harness, limit=10):
    return harness.due_orders.claim(limit, ENQUEUE_AGAIN_AFTER)


def test_an_order_whose_wake_up_was_lost_is_claimed(harness):
    harness.accept("shipment.picked_up")
    assert claim(harness) == [KEY]


def test_a_claim_returns_the_longest_due_orders_first_and_no_more_than_the_limit(harness):
    receive(harness, "3", "1", "2")
    harness.change(due=harness.clock())
    assert {key.order_id for key in claim(harness, 2)} == {"3", "2"}
    assert [key.order_id for key in claim(harness, 2)] == ["1"]


def test_accounts_alternate_and_the_one_that_is_due_longest_comes_first(harness):
    receive(harness, *map(str, range(1, 21)), account="busy")
    receive(harness, "1", "2", account="another")
    receive(harness, "1", account="quiet")
    firsts = [OrderKey("busy", "1"), OrderKey("another", "1"), OrderKey("quiet", "1")]
    assert claim(harness, 6) == [*firsts, OrderKey("busy", "2"), OrderKey("another", "2"), OrderKey("busy", "3")]


def test_a_new_event_of_one_account_does_not_wait_for_the_backlogs_of_many_others(harness):
    for account in "abcdefg":
        receive(harness, *map(str, range(20)), account=account)
    receive(harness, "1", account="quiet")
    claims = [claim(harness, 2) for _ in range(4)]
    assert OrderKey("quiet", "1") in claims[-1]
    assert len({key.account for keys in claims for key in keys}) == 8


def test_no_more_orders_of_an_account_are_claimed_than_its_capacity(harness):
    receive(harness, *map(str, range(1, 9)), account="busy")
    receive(harness, "1", account="quiet")
    capacity = {"busy": 2, "quiet": 5}
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, capacity.__getitem__) == [
        OrderKey("busy", "1"),
        OrderKey("quiet", "1"),
        OrderKey("busy", "2"),
    ]
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, lambda _: -1) == []
    assert len(claim(harness)) == 6


def test_only_the_order_that_was_put_back_is_claimed_again_at_once(harness):
    receive(harness, "1", "2")
    assert len(claim(harness)) == 2
    harness.due_orders.put_back(OrderKey("main", "1"))
    assert claim(harness) == [OrderKey("main", "1")]


def test_an_order_is_claimed_at_most_once_in_fifteen_seconds(harness):
    harness.accept("shipment.picked_up")
    assert claim(harness) == [KEY]
    harness.clock.now += ENQUEUE_AGAIN_AFTER - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_an_order_that_was_reconciled_and_is_due_again_is_claimed_at_once(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(harness.clock(), WaitReason.INTERRUPTED), {})
    assert claim(harness) == [KEY]


def test_an_order_that_is_leased_stopped_held_or_settled_is_not_claimed(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    assert claim(harness) == []
    harness.order_store.finish(leased, leased.order, Done(), {})
    assert claim(harness) == []
    harness.accept("hint")
    harness.holds.hold("main", "operator", None)
    assert claim(harness) == []
    harness.holds.lift("main", "operator")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED), {})
    harness.accept("hint")
    assert claim(harness) == []


def test_an_order_whose_worker_died_is_claimed_when_its_lease_ends(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    harness.order_store.lease(KEY, MIN_LEASE)
    harness.clock.now += MIN_LEASE - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_an_order_is_not_claimed_before_its_back_off_is_over_whatever_events_come_in(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), {})
    harness.accept("shipment.delivered")
    harness.accept("hint")
    harness.clock.now = START + HOUR - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_a_new_event_ends_any_other_wait(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.COMPLETE_AFTER), {})
    harness.clock.now += MINUTE
    assert claim(harness) == []
    harness.accept("shipment.delivered")
    assert claim(harness) == [KEY]


def test_workers_that_claim_at_the_same_time_share_the_due_orders(harness):
    receive(harness, *map(str, range(1, 31)))
    claims = at_once(lambda _: [claim(harness, 3) for _ in range(5)], range(6))
    claimed = [key for worker in claims for keys in worker for key in keys]
    assert len(claimed) == len(set(claimed))
    claimed.extend(claim(harness, 30))
    assert len(claimed) == len(set(claimed)) == 30


def test_a_claim_without_due_orders_takes_no_lock(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert claim(harness) == []
    assert statements
    assert all(sql == "BEGIN" or (sql.startswith("SELECT") and "FOR UPDATE" not in sql) for sql in statements)
