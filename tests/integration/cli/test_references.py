"""What an operator sees of a reference, and what an operator can do about it."""

import json

import pytest
from rich.cells import cell_len

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped

NUMBER = OrderKey("main", "number:ORD-2024/001")
BODY = {"id": "evt_1", "event": "shipment.delivered", "data": {"order_number": "ORD-2024/001"}}


@pytest.fixture
def stopped(harness: Harness) -> Harness:
    """A search that has stopped after an hour."""
    event = an_event(key="evt_1", order=NUMBER, name=EventName.DELIVERED, received_at=harness.clock())
    harness.intake.write(a_delivery(event, received_at=harness.clock(), body=json.dumps(BODY).encode()))
    stop = Stopped(StopReason.UNKNOWN_ORDER, "no order has the number ORD-2024/001")
    harness.finish(
        NUMBER, stop, EventResult.VOID, read_at=harness.clock(), failures=12, failing_since=harness.clock() - HOUR
    )
    return harness


@pytest.mark.parametrize("named", ["number:ORD-2024/001", "main/number:ORD-2024/001"])
def test_a_reference_is_shown_and_explained_under_its_number(fulfillment: Commands, stopped: Harness, named: str):
    shown = " ".join(fulfillment("orders", "show", named).out.split())
    assert "stopped unknown_order" in shown
    assert "last searched" in shown
    assert "by number:ORD-2024/001 → void" in shown
    assert " status " not in shown
    result = " ".join(fulfillment("orders", "explain", named).out.split())
    assert "known only by its number ORD-2024/001" in result
    assert "fulfillment orders release main/number:ORD-2024/001 --reason" in result


def test_json_has_the_reference_of_every_event(fulfillment: Commands, stopped: Harness):
    (listed,) = fulfillment("orders", "list", "--stopped", "--json").documents
    assert (listed["order"], listed["number"], listed["stage"]) == ("number:ORD-2024/001", None, None)
    (event,) = fulfillment("orders", "show", NUMBER.order_id, "--json").document["events"]
    assert (event["reference"], event["result"]) == ("number:ORD-2024/001", "void")


def test_an_order_that_was_found_is_shown_under_its_number(fulfillment: Commands, harness: Harness):
    harness.accept(order=NUMBER)
    harness.order_store.attach(harness.lease(NUMBER), "17")
    order = fulfillment("orders", "show", "number:ORD-2024/001", "--json").document
    assert (order["order"], order["number"], order["audit_log"][0]["action"]) == ("17", "ORD-2024/001", "found")
    assert order["events"][0]["reference"] == "number:ORD-2024/001"


@pytest.mark.parametrize("letter", ["q", "文"])
def test_the_longest_reference_fits_into_80_columns(fulfillment: Commands, harness: Harness, letter: str):
    key = OrderKey("main", f"tracking:{letter * 64}")
    harness.accept(order=key)
    harness.finish(key, Later(harness.clock() + HOUR, WaitReason.UNKNOWN_ORDER))
    harness.accept(order=order_key(1))
    for page in (("orders", "list"), ("deliveries", "show", "1")):
        result = fulfillment(*page).out
        assert max(map(cell_len, result.splitlines())) <= 80
        assert result.count(letter) == 64
    assert "unknown_order" in fulfillment("orders", "list").out


def test_a_reference_can_be_retried_and_released_and_not_advanced(fulfillment: Commands, stopped: Harness):
    named = NUMBER.order_id
    assert fulfillment("orders", "retry", named).code == 2
    result = fulfillment("orders", "advance", named, "--to", "shipped", "--reason", "x", "--create")
    assert (result.code, "is a reference" in result.err) == (2, True)
    assert fulfillment("orders", "release", named, "--reason", "it was imported").code == 0
    shown = fulfillment("orders", "show", named, "--json").document
    assert (shown["state"], shown["events"][0]["result"]) == ("due", "pending")
    assert fulfillment("orders", "retry", named).code == 0


def test_a_delivery_whose_order_was_not_found_is_replayed(fulfillment: Commands, stopped: Harness):
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")
    shown = fulfillment("orders", "show", NUMBER.order_id, "--json").document
    assert (shown["state"], shown["events"][0]["result"]) == ("due", "pending")
    assert fulfillment("deliveries", "list", "--json").documents[0]["replayed_at"]
    again = fulfillment("deliveries", "replay", "1")
    assert (again.code, "delivery 1 is accepted: its events are in the database" in again.err) == (2, True)


def test_an_operator_closes_a_reference(fulfillment: Commands, stopped: Harness):
    result = fulfillment("orders", "close", NUMBER.order_id, "--reason", "not ours")
    assert (result.code, "main/number:ORD-2024/001 is closed: a newer event" in result.out) == (0, True)
    assert fulfillment("orders", "list", "--stopped", "--json").out == ""
    assert "closed_by_operator" in "".join(fulfillment("orders", "list").out.split())
    assert "An operator closed it" in " ".join(fulfillment("orders", "explain", NUMBER.order_id).out.split())
    checks = fulfillment("doctor", "--json").document["checks"]
    assert {c["check"]: c["verdict"] for c in checks}["stopped orders"] == "ok"
    assert fulfillment("deliveries", "replay", "1").code == 0
    assert fulfillment("orders", "show", NUMBER.order_id, "--json").document["state"] == "due"


def test_the_doctor_counts_a_stopped_reference_among_stopped_orders(fulfillment: Commands, stopped: Harness):
    checks = fulfillment("doctor", "--json").document["checks"]
    (stopped_orders,) = (check for check in checks if check["check"] == "stopped orders")
    assert "1 order is stopped (unknown_order)" in stopped_orders["sentence"]
    assert {check["verdict"] for check in checks if check["check"] in {"sums", "orphaned orders"}} == {"ok"}
