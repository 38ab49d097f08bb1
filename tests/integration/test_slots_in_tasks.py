"""A nudge whose account has its share of the slots ends at once, and its order is not forgotten for it."""

from types import SimpleNamespace

import pytest

from tests.support.stage import NUDGE_AGAIN, Stage
from tests.support.stories import KEY
from worker import tasks
from worker.domain.orders import Place
from worker.slots import Slots


@pytest.fixture
def stage(database, clock):
    stage = Stage(database, clock)
    stage.hear("shipment.delivered")
    return stage


def test_an_order_for_which_there_is_no_slot_has_no_turn_and_can_be_nudged_at_once(stage, monkeypatch):
    slots = Slots(2, shared=True)
    services = SimpleNamespace(slots=slots, due=stage.due, advance=stage.advance())
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    assert stage.due.claim(10, NUDGE_AGAIN) == [KEY]
    with slots.occupied(KEY.account):
        tasks.advance(*KEY)
        assert stage.api.calls == []
        assert stage.due.claim(10, NUDGE_AGAIN) == [KEY]
    tasks.advance(*KEY)
    assert stage.row()["place"] == Place.COMPLETED
