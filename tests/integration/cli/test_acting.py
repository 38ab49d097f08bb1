"""What an operator does: advance, retry, release, replay, and the examination."""

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage

NEWS = b'{"id": "evt_1", "event": "order.shipped", "data": {"order_id": 1}}'


def test_an_order_that_nobody_knew_is_begun_and_advanced(fulfillment: Commands, harness: Harness):
    asked = ("orders", "advance", "1", "--to", "shipped", "--reason", "called [the] courier")
    assert fulfillment(*asked).code == 2
    told = fulfillment(*asked, "--create")
    assert (told.code, "main/1 is to reach shipped" in told.out) == (0, True)
    (event,) = fulfillment("orders", "show", "1", "--json").document["events"]
    assert (event["source"], event["event"]) == ("operator", "order.shipped")
    assert event["note"].startswith("called [the] courier (")


def test_an_order_never_goes_back(fulfillment: Commands, harness: Harness):
    harness.receive(order=order_key(1))
    harness.finish(order_key(1), Done(), EventResult.APPLIED, stage=Stage.DELIVERED, read_at=harness.clock())
    told = fulfillment("orders", "advance", "1", "--to", "shipped", "--reason", "x")
    assert (told.code, "main/1 is already delivered" in told.err) == (2, True)


def test_retry_makes_a_waiting_order_due(fulfillment: Commands, harness: Harness):
    harness.receive(order=order_key(1))
    harness.finish(order_key(1), Later(harness.clock() + 3_600_000_000, WaitReason.API_UNAVAILABLE, firm=True))
    assert fulfillment("orders", "list", "--due", "--json").documents == []
    assert fulfillment("orders", "retry", "1").code == 0
    (found,) = fulfillment("orders", "list", "--due", "--json").documents
    assert (found["state"], found["waiting"]) == ("due", None)


def test_release_lifts_the_stop_that_is_named(fulfillment: Commands, harness: Harness):
    harness.receive(EventName.LOST, order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.SHIPMENT_LOST), EventResult.STOPPED)
    wrong = fulfillment("orders", "release", "1", "--reason", "x", "--stop", "refused")
    assert (wrong.code, "stopped for shipment_lost, not for refused" in wrong.err) == (2, True)
    assert fulfillment("orders", "retry", "1").code == 2
    assert fulfillment("orders", "release", "1", "--reason", "found it", "--stop", "shipment_lost").code == 0
    released = fulfillment("orders", "show", "1", "--json").document
    assert (released["state"], released["stop"]) == ("due", None)
    assert released["audit_log"][-1]["detail"].startswith("shipment_lost: found it (")


def test_a_delivery_is_read_again_by_todays_settings(fulfillment: Commands, harness: Harness):
    harness.intake.write(a_delivery(unusable="not_allowed", detail="order.shipped", body=NEWS, received_at=harness.clock()))
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__ALLOW": "shipment"})
    told = fulfillment("deliveries", "replay", "1")
    assert (told.code, told.out) == (1, "Delivery 1 is quarantined: not_allowed.\n")
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__ALLOW": None})
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")
    assert fulfillment("orders", "show", "1", "--json").document["state"] == "due"
    again = fulfillment("deliveries", "replay", "1")
    assert (again.code, "delivery 1 is accepted: its news is in the journal" in again.err) == (2, True)


@pytest.mark.parametrize(("source", "body"), [("gone", NEWS), ("courier", None)])
def test_what_cannot_be_read_again_says_why(fulfillment: Commands, harness: Harness, source, body):
    harness.intake.write(a_delivery(unusable="not_json", source=source, body=body, received_at=harness.clock()))
    told = fulfillment("deliveries", "replay", "1")
    assert told.code == 2
    assert {"gone": "name no source gone", "courier": "was not kept"}[source] in told.err


# -------------------------------------------------------------------------------------------------------------- doctor


def test_the_doctor_names_the_parts_that_cannot_be_reached(fulfillment: Commands, harness: Harness):
    told = fulfillment("doctor", "--json")
    found = {check["check"]: check for check in told.document["checks"]}
    unreachable = {name for name, check in found.items() if check["unreachable"]}
    assert (told.code, told.document["exit_code"], unreachable) == (3, 3, {"broker", "account main"})
    assert found["settings"]["verdict"] == found["database"]["verdict"] == found["durability"]["verdict"] == "ok"
    assert all(check["advice"] for check in found.values() if check["verdict"] != "ok")


def test_the_doctor_needs_no_database_to_say_that_there_is_none(fulfillment: Commands):
    told = fulfillment("doctor")
    assert told.code == 3
    assert "There is no database yet: run `fulfillment migrate`." in told.out


def test_the_doctor_asks_nothing_of_a_platform_that_wants_a_pause(fulfillment: Commands, harness: Harness):
    harness.holds.hold("main", "rate_limited", 3_600_000_000)
    found = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert (found["account main"]["verdict"], found["account main"]["unreachable"]) == ("warn", False)


def test_the_doctor_finds_what_has_been_stuck_for_too_long(fulfillment: Commands, harness: Harness):
    harness.clock.advance(minutes=-30)
    harness.receive(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422"), EventResult.STOPPED)

    def verdict(max_age: str):
        checks = fulfillment("doctor", "--max-age", max_age, "--json").document["checks"]
        return next(check["verdict"] for check in checks if check["check"] == "stopped orders")

    assert [verdict("1h"), verdict("29m")] == ["warn", "fail"]
