"""A wake-up has no effect if its account has its share of slots, or is not served here; its order stays due."""

from tests.support.events import KEY
from tests.support.harness import ENQUEUE_AGAIN_AFTER
from tests.support.slots import occupied, services_of
from worker.domain.stages import Stage
from worker.queue.fair_share import FairShare
from worker.service import tasks
from worker.store.leases.due import DueOrders


def test_a_wake_up_begins_a_reconciliation(harness, monkeypatch):
    services = services_of(harness, FairShare(2))
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    tasks.reconcile(*KEY)
    assert services.slots.wait(60)
    assert harness.row()["stage"] == Stage.COMPLETED


def test_an_order_without_a_slot_is_not_reconciled_and_may_be_claimed_at_once(harness, monkeypatch):
    services = services_of(harness, FairShare(2, shared=True))
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    with occupied(services.slots.fair_share, KEY.account):
        tasks.reconcile(*KEY)
        assert (harness.api.calls, services.slots.fair_share.busy) == ([], 1)
        assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]


def test_a_wake_up_for_an_account_that_this_worker_does_not_serve_takes_no_slot(harness, monkeypatch):
    services = services_of(harness, FairShare(2), apis={"other": harness.api})
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    tasks.reconcile(*KEY)
    assert (harness.api.calls, services.slots.fair_share.busy, services.slots.ended) == ([], 0, {})
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]


def test_what_a_stopping_worker_put_back_is_claimed_by_another_one_at_once(harness):
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    slots = services_of(harness, FairShare(2)).slots
    slots.fair_share.close()
    slots.add([KEY])
    another = DueOrders(harness.database)
    assert another.claim(10, ENQUEUE_AGAIN_AFTER) == []
    harness.due_orders.flush()
    assert another.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
