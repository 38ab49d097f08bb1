"""A source with a new name goes on with its orders, over both databases."""

from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.two_couriers import ACCEPTED, NOT_YOURS, carrier_of, news, report
from worker.domain.stages import Stage

NUMBER = KEY._replace(order_id="number:ORD-7")
OTHER = KEY._replace(order_id="2")


def rename(harness: Harness, before: str = "north", after: str = "express") -> int:
    total = last = 0
    while True:
        count, last = harness.operator_store.rename_some(KEY.account, (before, after), "a new name", last)
        total += count
        if not last:
            return total


def test_what_the_old_name_has_said_counts_for_the_new_one(harness: Harness):
    harness.api.orders["1"].status = "accepted"
    assert report(harness, news("north", "shipment.created", "N1", parcels=2, key="first")) == ACCEPTED
    assert report(harness, news("north", "shipment.delivered", "N1")) == ACCEPTED
    assert report(harness, news("express", "shipment.delivered", "N2")) == NOT_YOURS
    assert rename(harness) == 1
    assert carrier_of(harness) == ("express", "express")
    assert report(harness, news("express", "shipment.delivered", "N2")) == ACCEPTED
    harness.reconcile()
    assert harness.snapshot(KEY).order.stage is Stage.COMPLETED
    assert harness.snapshot(KEY).audit_log[0].detail == "to express, the new name of north: a new name"
    assert rename(harness) == 0


def test_other_couriers_and_what_the_new_name_has_said_stay(harness: Harness):
    assert report(harness, news("north", "shipment.created", "N1", key="same")) == ACCEPTED
    assert report(harness, news("express", "shipment.created", "E2", key="same", order=OTHER)) == ACCEPTED
    assert report(harness, news("south", "shipment.created", "S3", order=KEY._replace(order_id="3"))) == ACCEPTED
    assert rename(harness) == 1
    assert [entry.recorded.event.source for entry in harness.snapshot(KEY).event_entries] == ["north"]
    assert carrier_of(harness, KEY._replace(order_id="3")) == ("south", "south")


def test_a_reference_of_the_old_name_is_one_of_the_new_name(harness: Harness):
    assert report(harness, news("north", "shipment.created", "N1", order=NUMBER)) == ACCEPTED
    assert rename(harness) == 1
    (key,) = harness.order_keys()
    assert key.order_id == "number@express:ORD-7"
    assert report(harness, news("express", "shipment.picked_up", "N1", order=NUMBER)) == ACCEPTED
    assert [entry.recorded.event.source for entry in harness.snapshot(key).event_entries] == ["express", "express"]
