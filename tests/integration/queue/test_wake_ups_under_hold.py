"""A wake-up that comes during a hold has no effect. The order is enqueued again as soon as the hold is over."""

from tests.support.events import KEY
from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from worker.domain.instants import SECOND
from worker.domain.reasons import HoldReason


def test_an_order_whose_wake_up_came_during_a_hold_is_claimed_again_when_the_hold_is_over(harness: Harness):
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    harness.holds.hold(KEY.account, HoldReason.RATE_LIMITED, SECOND)
    assert harness.reconcile() is None
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []
    harness.clock.now += SECOND
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []


def test_an_order_whose_wake_up_came_during_a_reconciliation_is_not_claimed_again_early(harness: Harness):
    harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER)
    assert harness.order_store.lease(KEY, SECOND) is not None
    assert harness.reconcile() is None
    harness.clock.now += 2 * SECOND
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == []
