"""An announced parcel that was never heard of is waited for, on both kinds of database, and a person has a way on."""

import pytest

from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.operators import Operator
from worker.domain.stages import Stage
from worker.operations.orders import Operations
from worker.operations.parcels.drops import drop
from worker.order_api.awalchat.vocabulary import read_order_id


def operations(harness: Harness) -> Operations:
    wake_ups = Operator().wake_ups
    return Operations(harness.operator_store, harness.intake, wake_ups, {"main": read_order_id})


def release(harness: Harness) -> None:
    assert harness.operator_store.release(harness.snapshot(KEY), "it goes on")


def status(harness: Harness) -> str:
    harness.run_for(minutes=1)
    return str(harness.api.orders["1"].status)


LABEL_PRINTED_ANEW = [
    ("shipment.created", "A", 2),
    ("shipment.cancelled", "A", None),
    ("shipment.created", "B", 2),
    ("shipment.delivered", "B", None),
]
PARCEL_PUT_AWAY = [
    ("shipment.picked_up", "A", 2),
    ("shipment.created", "B", None),
    ("shipment.lost", "A", None),
    ("drop", "A", None),
    ("shipment.delivered", "B", None),
]


@pytest.mark.parametrize("story", [LABEL_PRINTED_ANEW, PARCEL_PUT_AWAY])
def test_an_announced_parcel_that_was_never_heard_of_is_waited_for_and_a_person_can_say_that_none_exists(
    harness, story
):
    for name, number, parcels in story:
        harness.clock.advance(days=1)
        if name == "drop":
            harness.run_for(minutes=1)
            assert drop(operations(harness), KEY, number, "B took its place").unnamed == 1
            release(harness)
        else:
            harness.accept(name, number, parcels=parcels)
    assert (status(harness), harness.row()["waiting"]) == ("shipped", "parcels")
    harness.run_for(days=14)
    assert harness.row()["stop"] == "parcel_missing"
    release(harness)
    harness.run_for(days=13)
    assert (harness.row()["stop"], harness.row()["waiting"]) == (None, "parcels")
    harness.run_for(days=1)
    assert harness.row()["stop"] == "parcel_missing", "a person is told again"
    release(harness)
    operations(harness).advance(KEY, Stage.DELIVERED, "there is only one")
    assert status(harness) == "completed"
