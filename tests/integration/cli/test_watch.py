"""Commands show which orders are late; `doctor` names them, says how the scans went, and which sources are silent."""

from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.good_settings import MAIN
from tests.support.harness import Harness, order_key
from tests.support.scans import settle
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.reasons import Finding
from worker.ports import Found, ScanResult
from worker.store.scans import SqlScans


@pytest.fixture
def late(harness: Harness, fulfillment: Commands) -> Harness:
    """The order 1 was shipped four days ago, and the order 2 two days ago; three days are allowed."""
    fulfillment.set({f"{MAIN}DELIVER_WITHIN": "3d"})
    for number, days in ((1, 4), (2, 2)):
        key = settle(harness, str(number), "shipped")
        harness.change(key, staged_at=harness.clock() - days * DAY - HOUR // 2)
    return harness


def check(fulfillment: Commands, name: str) -> dict[str, Any]:
    checks = fulfillment("doctor", "--json").document["checks"]
    return next(check for check in checks if check["check"] == name)


def test_late_orders_are_listed_shown_and_explained(late: Harness, fulfillment: Commands):
    (listed,) = fulfillment("orders", "list", "--late", "--json").documents
    assert (listed["order"], listed["late"]) == ("1", True)
    assert listed["staged_at"] < listed["late_at"]
    assert "late for 1 d" in fulfillment("orders", "list", "--late").out
    assert fulfillment("orders", "show", "2", "--json").document["late"] is False
    assert "late" not in fulfillment("orders", "show", "2").out
    assert "late for 1 d" in fulfillment("orders", "show", "1").out
    text = " ".join(fulfillment("orders", "explain", "1").out.split())
    assert "It is late: ask the courier." in text
    assert fulfillment("orders", "explain", "1", "--json").document["late"] is True


def test_no_order_is_late_by_default(late: Harness, fulfillment: Commands):
    fulfillment.set({f"{MAIN}DELIVER_WITHIN": None})
    assert "No such orders." in fulfillment("orders", "list", "--late").out
    assert check(fulfillment, "late orders")["verdict"] == "ok"


def test_doctor_names_late_orders(late: Harness, fulfillment: Commands):
    found = check(fulfillment, "late orders")
    assert found["verdict"] == "warn"
    assert found["sentence"] == "1 order of main is shipped for longer than deliver_within, for 4 d: 1."


def test_doctor_says_how_the_last_scan_went(harness: Harness, fulfillment: Commands):
    assert check(fulfillment, "scan main")["sentence"] == "No scan of the account has ended yet."
    found = {Finding.NEW: Found(3, (order_key(1),))}
    SqlScans(harness.database).finish(ScanResult("main", harness.clock(), 7, 20, found, complete=True))
    last = check(fulfillment, "scan main")
    assert last["verdict"] == "ok"
    assert last["sentence"].endswith("for 20 orders, and found 3 new.")
    fulfillment.set({"FULFILLMENT_SCAN_EVERY": "0s"})
    assert "scan_every is 0s" in check(fulfillment, "scan main")["sentence"]


def test_doctor_names_a_source_that_has_fallen_silent(harness: Harness, fulfillment: Commands):
    now = harness.clock()
    for number in range(30):
        at = now - 12 * HOUR - number * 20 * MINUTE
        harness.intake.write(a_delivery(an_event(at=at), received_at=at))
    silent = check(fulfillment, "silent sources")
    assert silent["verdict"] == "warn"
    assert silent["sentence"].startswith("courier has sent nothing since ")
    assert silent["sentence"].endswith("the longest gap of the last two weeks was 20 min.")
    harness.intake.write(a_delivery(an_event(at=now), received_at=now))
    assert check(fulfillment, "silent sources")["verdict"] == "ok"
