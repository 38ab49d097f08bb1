"""The worker's log: a line for each write to a platform and for each end, and the ids that join them to deliveries."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrderApi, fails, loses_answer
from tests.support.harness import Harness
from tests.support.searches import NUMBER
from worker.domain.errors import Rejected
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage
from worker.service.reconciliation_log import MAX_DELIVERIES, ReconciliationLog

Lines = list[dict[str, object]]


@pytest.fixture
def reconcile(harness: Harness) -> Callable[..., Lines]:
    """Reconciles an order, and returns the lines of the log."""

    def lines(key: OrderKey = KEY) -> Lines:
        with capture_logs() as logs:
            harness.reconciler(observer=ReconciliationLog()).reconcile(key)
        return [dict(line) for line in logs]

    return lines


def test_each_write_is_a_line_and_the_end_is_one(harness, reconcile):
    harness.accept("shipment.picked_up")
    accepted, shipped, ended = reconcile()
    assert [line["event"] for line in (accepted, shipped, ended)] == ["write_ended", "write_ended", "reconciled"]
    assert [(line["before"], line["stage"], line["outcome"]) for line in (accepted, shipped)] == [
        ("pending", "accepted", "confirmed"),
        ("accepted", "shipped", "confirmed"),
    ]
    assert (ended["result"], ended["log_level"]) == ("done", "info")


def test_the_ids_of_the_lines_join_a_delivery_to_its_reconciliation_and_writes(harness, reconcile):
    harness.accept("shipment.picked_up")
    harness.accept("shipment.in_transit")
    lines = reconcile()
    deliveries = [event["delivery_id"] for event in harness.event_rows()]
    writes = harness.write_rows()
    assert {tuple(line["deliveries"]) for line in lines} == {tuple(deliveries)}
    assert {line["lease"] for line in lines} == {write["lease_token"] for write in writes}
    assert {line["revision"] for line in lines} == {write["revision"] for write in writes}
    assert [line["write"] for line in lines[:-1]] == [write["id"] for write in writes]
    assert {(line["account"], line["order"]) for line in lines} == {KEY}


def test_deliveries_that_were_considered_before_are_not_named_again(harness, reconcile):
    harness.accept("shipment.picked_up")
    reconcile()
    harness.accept("shipment.delivered")
    assert {tuple(line["deliveries"]) for line in reconcile()} == {(2,)}


def test_of_many_deliveries_the_newest_are_named(harness, reconcile):
    for number in range(MAX_DELIVERIES + 3):
        harness.accept("shipment.in_transit", key=f"scan-{number}")
    assert reconcile()[-1]["deliveries"] == list(range(4, MAX_DELIVERIES + 4))


def test_a_write_has_the_status_the_time_and_the_platforms_name_of_the_call(harness, reconcile):
    def answers(api: FakeOrderApi, order_id: str, stage: Stage | None):
        assert stage
        harness.clock.advance(seconds=2)
        return replace(api.apply(order_id, stage), http_status=200, request_id="req-7")

    harness.accept("order.accepted")
    harness.api.script("write", answers)
    line, _ = reconcile()
    assert (line["http_status"], line["ms"], line["request_id"]) == (200, 2000, "req-7")


def test_a_write_that_was_refused_is_a_warning_with_the_platforms_words(harness, reconcile):
    harness.accept("order.accepted")
    harness.api.script("write", fails(Rejected("Branch is closed", 422, "closed", "req-9")))
    line, ended = reconcile()
    assert (line["event"], line["log_level"], line["outcome"]) == ("write_ended", "warning", "failed")
    assert (line["http_status"], line["request_id"]) == (422, "req-9")
    assert line["detail"] == "HTTP 422, closed, Branch is closed, request req-9"
    assert (ended["event"], ended["log_level"], ended["reason"]) == ("order_stopped", "warning", "refused")


def test_a_write_whose_answer_was_lost_is_a_warning_without_a_status(harness, reconcile):
    harness.accept("order.accepted")
    harness.api.script("write", loses_answer)
    line, *_ = reconcile()
    assert (line["log_level"], line["outcome"], line["http_status"]) == ("warning", "uncertain", None)


def test_a_stopped_order_is_a_warning_with_its_reason(harness, reconcile):
    harness.accept("shipment.returned")
    (line,) = reconcile()[-1:]
    assert (line["event"], line["log_level"], line["reason"]) == ("order_stopped", "warning", "shipment_returned")


def test_a_reference_and_the_order_that_it_names_have_a_line_each(harness, reconcile):
    harness.api.orders["1"].number = "ORD-1"
    harness.accept("shipment.picked_up", order=NUMBER)
    found, *_, ended = reconcile(NUMBER)
    assert (found["result"], found["found"]) == ("order_found", "main/1")
    assert (ended["order"], ended["result"]) == ("1", "done")


def test_a_defect_that_stops_an_order_is_a_warning_too(harness, reconcile):
    def breaks(*_: object):
        raise KeyError

    harness.policy = replace(harness.policy, retry_for=0)
    harness.accept("order.accepted")
    harness.api.script("read", breaks)
    with pytest.raises(KeyError), capture_logs() as logs:
        harness.reconciler(observer=ReconciliationLog()).reconcile(KEY)
    assert [line["event"] for line in logs] == ["order_stopped"]
