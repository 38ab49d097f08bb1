"""News by number, by tracking number and by shipment id that turn out to be one order end up on one order."""

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder
from tests.support.harness import Harness
from tests.support.searches import NUMBER, PARCEL, SHIPMENT
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.results import Done, Later, OrderFound

OTHER = OrderKey("main", "2")
NAMES: dict[str, Any] = {"tracking": "TRK1", "shipment": "S1"}
NEWS: Mapping[str, Callable[[Harness], None]] = {
    "number": lambda harness: harness.accept("shipment.picked_up", "TRK1", order=NUMBER, key="number"),
    "tracking": lambda harness: harness.accept("shipment.in_transit", "TRK1", order=PARCEL, key="tracking"),
    "shipment": lambda harness: harness.accept("shipment.created", order=SHIPMENT, key="shipment", shipment="S1"),
    "both": lambda harness: harness.accept("shipment.out_for_delivery", order=PARCEL, key="both", **NAMES),
    "registration": lambda harness: harness.accept("shipment.created", "TRK1", key="registration"),
}
"""Each kind of news about one parcel of the order 1."""
SEQUENCES = [*permutations(NEWS)]


@pytest.mark.parametrize("numbered", [True, False], ids=["the platform has the number", "nobody has the number"])
@pytest.mark.parametrize(
    ("pause", "every"), [(0, 1), (2 * HOUR, 8)], ids=["at once", "after the search before has stopped"]
)
def test_all_news_of_a_parcel_end_up_on_one_order_in_whatever_sequence_they_come(
    new_harness: Callable[[Policy], Harness], numbered: bool, pause: int, every: int
):
    for sequence in SEQUENCES[::every]:
        harness = new_harness(Policy())
        harness.api.orders["1"] = FakeOrder(number="ORD-1" if numbered else "ORD-9")
        for name in sequence:
            NEWS[name](harness)
            if pause:
                harness.run_for(microseconds=pause)
        harness.run_for(seconds=1)
        assert (harness.order_keys(), harness.row()["event_count"]) == ([KEY], len(NEWS)), sequence
        assert harness.api.orders["1"].status == "shipped", sequence
        assert "void" not in harness.event_results().values(), sequence


def test_a_reference_is_found_by_the_other_name_of_its_parcel(numbered):
    numbered.accept("shipment.created", shipment="S1")
    numbered.accept("shipment.picked_up", order=OrderKey("main", "tracking:TRK9"), tracking="TRK9", shipment="S1")
    assert numbered.reconcile(OrderKey("main", "tracking:TRK9")) == Done()
    assert (numbered.order_keys(), numbered.api.searches) == ([KEY], [])


def test_names_that_lead_to_several_orders_are_ambiguous(harness):
    harness.accept("shipment.created", "TRK1")
    harness.accept("shipment.created", order=OTHER, shipment="S1")
    harness.accept("shipment.picked_up", order=PARCEL, **NAMES)
    result = harness.reconcile(PARCEL)
    assert isinstance(result, Later)
    assert (result.reason, result.detail) == (
        "ambiguous_order",
        "several orders have the tracking number TRK1, or a parcel of its events, among them 1 and 2",
    )
    assert sorted(harness.order_keys()) == sorted([KEY, OTHER, PARCEL])


def test_a_number_that_the_platform_knows_counts_more_than_its_parcel(harness):
    harness.api.orders["2"] = FakeOrder(number="ORD-1")
    harness.accept("shipment.created", "TRK1")
    harness.accept("shipment.picked_up", "TRK1", order=NUMBER)
    assert harness.reconcile(NUMBER) == Done()
    assert (harness.api.searches, harness.row(OTHER)["number"]) == (["number:ORD-1"], "ORD-1")


def test_a_number_that_nobody_knows_is_found_by_its_parcel_and_is_not_the_orders_own(numbered):
    numbered.api.orders["1"].number = "ORD-9"
    numbered.accept("shipment.created", "TRK1")
    numbered.accept("shipment.picked_up", "TRK1", order=NUMBER)
    assert numbered.reconcile(NUMBER) == Done()
    assert (numbered.api.searches, numbered.row()["number"]) == (["number:ORD-1"], "ORD-9")
    assert "by a parcel, for number ORD-1" in [entry["detail"] for entry in numbered.audit_rows()]


def test_no_call_is_made_or_reserved_for_a_shipment_id(limited):
    limited.budget.acquire("main", 6)
    limited.accept("shipment.picked_up", order=SHIPMENT, shipment="S1")
    result = limited.reconcile(SHIPMENT)
    assert isinstance(result, Later)
    assert (result.reason, result.detail) == ("unknown_order", "no order has the shipment id S1")
    assert (limited.api.calls, limited.hold_ends(), limited.row(SHIPMENT)["read_at"]) == ([], {}, None)


def test_a_shipment_id_that_an_order_has_is_found_without_a_call(harness):
    harness.accept("shipment.created", "TRK1", shipment="S1")
    harness.order_store.lease(KEY, HOUR)
    harness.accept("shipment.picked_up", order=SHIPMENT, shipment="S1")
    assert harness.reconcile(SHIPMENT) == OrderFound(KEY)
    assert (harness.order_keys(), harness.api.calls) == ([KEY], [])
    assert harness.audit_rows()[0]["detail"] == "by its shipment id S1"
