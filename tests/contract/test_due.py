"""What the tick finds: every due order, each once in a while, whoever asks."""

import pytest
from sqlalchemy import event

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from tests.support.events import KEY, an_event
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.reconcile.reconciliation import MIN_LEASE


@pytest.fixture
def harness(database, clock):
    return Harness(database, clock)


def hear_of(harness, *ids, account="main"):
    for order_id in ids:
        harness.receive(an_event("shipment.picked_up", order=OrderKey(account, order_id)))
        harness.clock.now += 1


def claim(harness, limit=10):
    return harness.due_orders.claim(limit, ENQUEUE_AGAIN_AFTER)


def test_a_nudge_that_was_lost_is_found_by_the_tick(harness):
    harness.receive("shipment.picked_up")
    assert claim(harness) == [KEY]


def test_the_longest_due_come_first_and_no_more_than_asked_for(harness):
    hear_of(harness, "3", "1", "2")
    harness.change(due=harness.clock())
    assert {key.order_id for key in claim(harness, 2)} == {"3", "2"}
    assert [key.order_id for key in claim(harness, 2)] == ["1"]


def test_accounts_take_turns_and_the_longest_due_of_them_goes_first(harness):
    hear_of(harness, *map(str, range(1, 21)), account="busy")
    hear_of(harness, "1", "2", account="another")
    hear_of(harness, "1", account="quiet")
    firsts = [OrderKey("busy", "1"), OrderKey("another", "1"), OrderKey("quiet", "1")]
    assert claim(harness, 6) == [*firsts, OrderKey("busy", "2"), OrderKey("another", "2"), OrderKey("busy", "3")]


def test_with_room_for_a_few_accounts_only_new_news_of_one_does_not_wait_for_the_backlogs_of_many(harness):
    for account in "abcdefg":
        hear_of(harness, *map(str, range(20)), account=account)
    hear_of(harness, "1", account="quiet")
    claims = [claim(harness, 2) for _ in range(4)]
    assert OrderKey("quiet", "1") in claims[-1]
    assert len({key.account for keys in claims for key in keys}) == 8


def test_of_an_account_there_are_no_more_than_it_has_room_for(harness):
    hear_of(harness, *map(str, range(1, 9)), account="busy")
    hear_of(harness, "1", account="quiet")
    capacity = {"busy": 2, "quiet": 5}
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, capacity.__getitem__) == [
        OrderKey("busy", "1"),
        OrderKey("quiet", "1"),
        OrderKey("busy", "2"),
    ]
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, lambda _: -1) == []
    assert len(claim(harness)) == 6


def test_an_order_that_is_put_back_is_nudged_again_at_once_and_no_other_one_is(harness):
    hear_of(harness, "1", "2")
    assert len(claim(harness)) == 2
    harness.due.put_back(OrderKey("main", "1"))
    assert claim(harness) == [OrderKey("main", "1")]


def test_an_order_is_nudged_at_most_once_in_fifteen_seconds(harness):
    harness.receive("shipment.picked_up")
    assert claim(harness) == [KEY]
    harness.clock.now += ENQUEUE_AGAIN_AFTER - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_an_order_that_had_its_turn_and_is_due_again_is_nudged_at_once(harness):
    harness.receive("shipment.picked_up")
    claim(harness)
    leased = harness.order_store.lease(KEY, MIN_LEASE)
    harness.order_store.finish(leased, leased.order, Later(harness.clock(), WaitReason.INTERRUPTED), {})
    assert claim(harness) == [KEY]


def test_an_order_that_is_leased_stopped_held_or_done_is_left_alone(harness):
    harness.receive("shipment.picked_up")
    leased = harness.order_store.lease(KEY, MIN_LEASE)
    assert claim(harness) == []
    harness.order_store.finish(leased, leased.order, Done(), {})
    assert claim(harness) == []
    harness.receive("hint")
    harness.holds.hold("main", "operator", None)
    assert claim(harness) == []
    harness.holds.lift("main", "operator")
    leased = harness.order_store.lease(KEY, MIN_LEASE)
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED), {})
    harness.receive("hint")
    assert claim(harness) == []


def test_an_order_whose_worker_died_is_found_when_its_lease_ends(harness):
    harness.receive("shipment.picked_up")
    claim(harness)
    harness.order_store.lease(KEY, MIN_LEASE)
    harness.clock.now += MIN_LEASE - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_a_back_off_is_waited_for_whatever_news_comes_in(harness):
    harness.receive("shipment.picked_up")
    leased = harness.order_store.lease(KEY, MIN_LEASE)
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), {})
    harness.receive("shipment.delivered")
    harness.receive("hint")
    harness.clock.now = START + HOUR - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_any_other_wait_ends_with_the_first_news(harness):
    harness.receive("shipment.picked_up")
    leased = harness.order_store.lease(KEY, MIN_LEASE)
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.COMPLETE_AFTER), {})
    harness.clock.now += MINUTE
    assert claim(harness) == []
    harness.receive("shipment.delivered")
    assert claim(harness) == [KEY]


def test_workers_that_tick_at_the_same_time_share_what_is_due(harness):
    hear_of(harness, *map(str, range(1, 31)))
    claims = at_once(lambda _: [claim(harness, 3) for _ in range(5)], range(6))
    found = [key for scheduler in claims for keys in scheduler for key in keys]
    assert len(found) == len(set(found))
    found.extend(claim(harness, 30))
    assert len(found) == len(set(found)) == 30


def test_an_idle_tick_takes_no_lock(harness):
    harness.receive("shipment.picked_up")
    claim(harness)
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    assert claim(harness) == []
    assert statements
    assert all(said == "BEGIN" or (said.startswith("SELECT") and "FOR UPDATE" not in said) for said in statements)
