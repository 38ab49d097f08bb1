"""A nudge whose account has its share of the slots ends at once, and its order is not forgotten for it."""

from types import SimpleNamespace

import pytest

from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness
from tests.support.events import KEY
from worker.domain.stages import Stage
from worker.queue.fair_share import FairShare
from worker.service import tasks


@pytest.fixture
def harness(database, clock):
    harness = Harness(database, clock)
    harness.receive("shipment.delivered")
    return harness


def test_an_order_for_which_there_is_no_slot_has_no_turn_and_can_be_nudged_at_once(harness, monkeypatch):
    slots = FairShare(2, shared=True)
    services = SimpleNamespace(slots=slots, due=harness.due, advance=harness.reconciler())
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    with slots.occupied(KEY.account):
        tasks.advance(*KEY)
        assert harness.api.calls == []
        assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER) == [KEY]
    tasks.advance(*KEY)
    assert harness.row()["stage"] == Stage.COMPLETED
