"""A nudge that meets a held account is used up; the order must not wait for the next one when the hold is over."""

from tests.support.clock import Clock
from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from tests.support.events import KEY
from worker.domain.events import EventName
from worker.domain.instants import SECOND
from worker.store.database.database import Database


def test_an_order_whose_nudge_met_a_hold_is_nudged_again_as_soon_as_the_hold_is_over(database: Database, clock: Clock):
    harness = Harness(database, clock)
    harness.receive(EventName.DELIVERED)
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    harness.holds.hold(KEY.account, "rate_limited", SECOND)
    assert harness.reconcile() is None
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []
    clock.now += SECOND
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []


def test_a_nudge_that_meets_a_turn_does_not_bring_another_one(database: Database, clock: Clock):
    harness = Harness(database, clock)
    harness.receive(EventName.DELIVERED)
    harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER)
    leased = harness.order_store.lease(KEY, SECOND)
    assert leased is not None
    assert harness.reconcile() is None
    clock.now += 2 * SECOND
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []
