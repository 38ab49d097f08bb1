"""A wake-up ends at once when its account already has its fair share of slots, and its order stays due."""

from types import SimpleNamespace

from tests.support.events import KEY
from tests.support.harness import ENQUEUE_AGAIN_AFTER
from worker.domain.stages import Stage
from worker.queue.fair_share import FairShare
from worker.service import tasks


def test_an_order_without_a_slot_is_not_reconciled_and_may_be_enqueued_again_at_once(harness, monkeypatch):
    share = FairShare(2, shared=True)
    services = SimpleNamespace(fair_share=share, due=harness.due_orders, reconciler=harness.reconciler())
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    with share.occupied(KEY.account):
        tasks.reconcile(*KEY)
        assert harness.api.calls == []
        assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    tasks.reconcile(*KEY)
    assert harness.row()["stage"] == Stage.COMPLETED
