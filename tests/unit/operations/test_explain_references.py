"""The explanation of a reference: an order that is known only by a number."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, explained, snapshot, text
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import AuditEntry, Snapshot
from worker.operations.explain.explanation import explain


def reference_snapshot(reference: str = "number:ORD-1", **row: Any) -> Snapshot:
    """Return a reference whose event says that its order is shipped."""
    order = {"stage": None, "status": "", "read_at": None, **row.pop("order", {})}
    seen = snapshot(an_event("shipment.picked_up", "TRK1"), order=order, **row)
    key = OrderKey("main", reference)
    return replace(seen, row=replace(seen.row, order=replace(seen.row.order, key=key)))


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("number:ORD-1", "known only by its number ORD-1, since 2026-01-25 11:00:00 UTC (1 h ago)."),
        ("tracking:TRK1", "known only by its parcel's tracking number TRK1, since"),
    ],
)
def test_a_reference_says_by_what_the_order_is_known(reference, sentence):
    sentences = explained(reference_snapshot(reference, due=START))
    assert sentence in sentences
    assert "The platform has not answered a search for it yet." in sentences
    assert "the one order that has exactly this number" in sentences
    assert "says shipped" in sentences
    assert "has not been asked" not in sentences
    assert "Nothing was ever written" not in sentences


def test_a_failing_search_says_how_often_since_when_and_until_when():
    failing = {"failures": 3, "failing_since": START - MINUTE, "missing_since": START - MINUTE, "read_at": START}
    waits: dict[str, Any] = {"due": START + MINUTE, "not_before": START + MINUTE, "waiting": "unknown_order"}
    sentences = explained(reference_snapshot(order=failing, waiting_detail="no order has the number ORD-1", **waits))
    assert "The platform last answered a search for it on 2026-01-25 12:00:00 UTC (just now)" in sentences
    assert "3 searches in a row have led to no order since 2026-01-25 11:59:00 UTC (1 min ago)." in sentences
    assert "the first search after 2026-01-25 12:59:00 UTC is the last one" in sentences
    assert "unknown_order, no order has the number ORD-1." in sentences
    assert "1 search has led to no order" in explained(reference_snapshot(order=failing | {"failures": 1}, **waits))


def test_a_search_that_a_new_event_prolongs_does_not_say_that_it_ends():
    failing = {"failures": 3, "failing_since": START, "missing_since": START, "revision": 2, "seen_revision": 1}
    sentences = explained(reference_snapshot(order=failing, due=START + MINUTE))
    assert "a new hour begins" in sentences
    assert "is the last one" not in sentences


def test_an_outage_does_not_start_the_hour_of_a_search():
    failing = {"failures": 3, "failing_since": START - MINUTE, "read_at": START}
    assert "is the last one" not in explained(reference_snapshot(order=failing, due=START))


def test_a_stopped_search_says_what_restarts_it():
    stopped = reference_snapshot("number:A b", stop="ambiguous_order", stop_detail="several", stopped_at=START)
    explanation = explain(stopped, AT_ONCE)
    assert (explanation.reason, explanation.needs_person, explanation.stage) == ("ambiguous_order", True, None)
    sentences = text(explanation)
    assert "a newer event of the order restarts it" in sentences
    assert "fulfillment orders release 'main/number:A b' --reason" in sentences


def test_a_closed_search_says_why_and_what_restarts_it():
    entry = AuditEntry(START - MINUTE, "closed_by_operator", "unknown_order: no parcel of ours (ann)")
    closed = replace(reference_snapshot(due=None, order={"closed_by_operator": 1}), audit_log=(entry,))
    explanation = explain(closed, AT_ONCE)
    assert (explanation.state, explanation.needs_person) == ("closed", False)
    assert explanation.reason == "closed_by_operator"
    sentences = text(explanation)
    assert "closed it on 2026-01-25 11:59:00 UTC (1 min ago): unknown_order: no parcel of ours (ann)." in sentences
    assert "The search has ended" in sentences
    assert "A newer event with this reference, or a replay, starts the search again." in sentences
    assert "To open it: fulfillment orders release main/number:ORD-1 --reason <why>" in sentences
    assert "that its events justify" not in sentences


def test_a_search_that_rests_and_was_not_closed_is_reported_as_orphaned():
    assert explain(reference_snapshot(due=None), AT_ONCE).reason == "orphaned"


def test_a_shipment_id_is_said_to_be_the_couriers_own_and_no_platform_is_asked():
    sentences = explained(reference_snapshot("shipment:5dd5", due=START))
    assert "known only by its parcel's shipment id 5dd5, since" in sentences
    assert "This id is the courier's own: no platform knows it." in sentences
    assert "The database is asked for the one order that has a parcel with exactly this id." in sentences
    assert "has not answered" not in sentences
    assert "then the platform" not in sentences


@pytest.mark.parametrize("stop", ["unknown_order", "gave_up"])
@pytest.mark.parametrize(
    ("reference", "command"),
    [
        ("tracking:T 1", ": fulfillment parcels add ORDER 'T 1' --create"),
        ("shipment:5dd5", ": fulfillment parcels add ORDER TRACKING --shipment 5dd5 --create"),
    ],
)
def test_a_stopped_search_for_a_parcel_names_the_command_that_registers_it(stop, reference, command):
    stopped = reference_snapshot(reference, stop=stop, stop_detail="no order", stopped_at=START)
    assert command in explained(stopped)


@pytest.mark.parametrize(
    ("reference", "stop"),
    [("number:1", "unknown_order"), ("tracking:T1", "ambiguous_order"), ("tracking:JX#1", "unknown_order")],
)
def test_a_search_that_no_registration_helps_names_no_such_command(reference, stop):
    stopped = reference_snapshot(reference, stop=stop, stop_detail="several orders", stopped_at=START)
    assert "parcels add ORDER" not in explained(stopped)
