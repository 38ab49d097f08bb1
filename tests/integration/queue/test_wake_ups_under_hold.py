"""A wake-up that comes during a hold, or without calls, has no effect. The order is enqueued again when it is over."""

from sqlalchemy import event

from tests.support.events import KEY
from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from tests.support.limits import LIMIT, use_up_all
from tests.support.slots import services_of
from worker.domain.instants import SECOND
from worker.domain.reasons import HoldReason
from worker.domain.results import Later
from worker.queue.fair_share import FairShare
from worker.service import tasks


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


def test_a_flood_of_wake_ups_for_an_account_without_calls_touches_no_database(harness: Harness, monkeypatch):
    harness.limits[KEY.account] = LIMIT
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    use_up_all(harness)
    assert isinstance(harness.reconcile(), Later)  # from now on, this process knows
    services = services_of(harness, FairShare(4))
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    for _ in range(1000):
        tasks.reconcile(*KEY)
    assert statements == []
    assert harness.api.calls == []
    assert (services.slots.fair_share.busy, services.slots.ended) == (0, {})


def test_a_claimed_order_of_an_account_whose_calls_were_used_up_meanwhile_is_put_back(harness: Harness):
    harness.limits[KEY.account] = LIMIT
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    use_up_all(harness)
    assert isinstance(harness.reconcile(), Later)  # from now on, this process knows
    harness.change(due=harness.clock(), enqueued_at=harness.clock())
    slots = services_of(harness, FairShare(4)).slots
    slots.add([KEY])
    assert slots.wait(60)
    harness.due_orders.flush()
    assert (harness.api.calls, harness.row()["enqueued_at"]) == ([], None)
