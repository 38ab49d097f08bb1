"""What an operator does: advance, retry, release, replay."""

import pytest
from sqlalchemy import update

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.reasons import QuarantineReason, StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage
from worker.store.tables import deliveries

BODY = b'{"id": "evt_1", "event": "order.shipped", "data": {"order_id": 1}}'


def test_a_dry_run_of_an_advance_says_what_would_follow_and_changes_nothing(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Done(), EventResult.APPLIED, stage=Stage.SHIPPED)
    before = harness.snapshot(order_key(1))
    shown = fulfillment("orders", "advance", "1", "--to", "delivered", "--dry-run").out
    assert shown == (
        "main/1: the platform is read, then asked for delivered, then completed. A completion cannot be undone.\n"
    )
    assert harness.snapshot(order_key(1)) == before
    assert fulfillment("orders", "advance", "1", "--to", "shipped", "--dry-run").code == 2
    assert fulfillment("orders", "advance", "1", "--to", "delivered").code == 2


def test_an_order_that_the_database_does_not_know_is_created_and_advanced(fulfillment: Commands, harness: Harness):
    arguments = ("orders", "advance", "1", "--to", "shipped", "--reason", "called [the] courier")
    assert fulfillment(*arguments).code == 2
    result = fulfillment(*arguments, "--create")
    assert (result.code, "main/1 is to reach shipped" in result.out) == (0, True)
    (event,) = fulfillment("orders", "show", "1", "--json").document["events"]
    assert (event["source"], event["event"]) == ("operator", "order.shipped")
    assert event["note"].startswith("called [the] courier (")


def test_an_order_never_goes_back(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Done(), EventResult.APPLIED, stage=Stage.DELIVERED, read_at=harness.clock())
    result = fulfillment("orders", "advance", "1", "--to", "shipped", "--reason", "x")
    assert (result.code, "main/1 is already delivered" in result.err) == (2, True)


def test_retry_makes_a_waiting_order_due(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Later(harness.clock() + 3_600_000_000, WaitReason.API_UNAVAILABLE, firm=True))
    assert fulfillment("orders", "list", "--due", "--json").documents == []
    assert fulfillment("orders", "retry", "1").code == 0
    (order,) = fulfillment("orders", "list", "--due", "--json").documents
    assert (order["state"], order["waiting"]) == ("due", None)


def test_release_lifts_the_stop_if_it_has_the_given_reason(fulfillment: Commands, harness: Harness):
    harness.accept(EventName.LOST, order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.SHIPMENT_LOST), EventResult.STOPPED)
    wrong = fulfillment("orders", "release", "1", "--reason", "x", "--stop", "refused")
    assert (wrong.code, "stopped for shipment_lost, not for refused" in wrong.err) == (2, True)
    assert fulfillment("orders", "retry", "1").code == 2
    assert fulfillment("orders", "release", "1", "--reason", "found it", "--stop", "shipment_lost").code == 0
    released = fulfillment("orders", "show", "1", "--json").document
    assert (released["state"], released["stop"]) == ("due", None)
    assert released["audit_log"][-1]["detail"].startswith("shipment_lost: found it (")


def test_a_replay_reads_a_delivery_with_the_present_settings(fulfillment: Commands, harness: Harness):
    harness.intake.write(
        a_delivery(
            unusable=QuarantineReason.NOT_ALLOWED, detail="order.shipped", body=BODY, received_at=harness.clock()
        )
    )
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__ALLOW": "shipment"})
    result = fulfillment("deliveries", "replay", "1")
    assert result.code == 1
    assert result.out.startswith("Delivery 1 is still quarantined: not_allowed: order.shipped; nothing was taken in.\n")
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__ALLOW": None})
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")
    assert fulfillment("orders", "show", "1", "--json").document["state"] == "due"
    again = fulfillment("deliveries", "replay", "1")
    assert (again.code, "delivery 1 is accepted: its events are in the database" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("source", "columns", "why"),
    [("gone", {}, "name no source gone"), ("courier", {"body": None, "body_size": None}, "was not kept")],
)
def test_the_refusal_of_a_replay_says_why(fulfillment: Commands, harness: Harness, source, columns, why):
    kept = a_delivery(unusable=QuarantineReason.NOT_JSON, source=source, body=BODY, received_at=harness.clock())
    harness.intake.write(kept)
    with harness.database.write() as connection:
        connection.execute(update(deliveries).values(source=source, **columns))
    result = fulfillment("deliveries", "replay", "1")
    assert (result.code, why in result.err) == (2, True)
