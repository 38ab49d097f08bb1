"""What `OperatorStore` promises when an operator resolves a reference, over both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import RowMapping

from tests.support.clock import START
from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.searches import NUMBER, fail_search, stop_search
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.results import Done
from worker.ports import Attached, Finished
from worker.store.operator import SqlOperatorStore

OTHER = OrderKey("main", "2")
PARCEL = OrderKey("main", "tracking:T9")

pytestmark = pytest.mark.usefixtures("first_event")
CHANGES: list[dict[str, Any]] = [
    {"stop": "ambiguous_order"},
    {"stopped_at": START + 1},
    {"stop": None, "stopped_at": None},
]


@pytest.fixture
def seen(harness, leased_reference) -> Snapshot:
    """A search that stopped a second after the event of order 1 came in."""
    return fail_search(harness, leased_reference)


def everything(harness: Harness) -> tuple[list[RowMapping], ...]:
    return [*map(harness.row, harness.order_keys())], harness.event_rows(), harness.audit_rows()


def test_the_order_gets_all_events_is_due_and_has_an_audit_entry(harness, seen):
    harness.clock.advance(seconds=1)
    assert harness.operator_store.attach(seen, "1", "a misprint (ann)") is Attached.DONE
    row = harness.row()
    assert (harness.order_keys(), row["event_count"], row["revision"], row["due"]) == ([KEY], 3, 2, START)
    assert {e["key"]: (e["order_row"], e["reference"], e["result"]) for e in harness.event_rows()} == {
        "first": (row["id"], "", "pending"),
        "a": (row["id"], "number:ORD-1", "pending"),
        "b": (row["id"], "number:ORD-1", "pending"),
    }
    (entry,) = harness.audit_rows()
    assert (entry["order_row"], entry["action"], entry["at"]) == (row["id"], "found", harness.clock())
    assert entry["detail"] == "by an operator, for number ORD-1: a misprint (ann)"


def test_an_order_that_is_new_to_the_database_begins_with_the_events(harness, seen):
    assert harness.operator_store.attach(seen, "2", "a misprint") is Attached.DONE
    row = harness.row(OTHER)
    assert (row["event_count"], row["revision"]) == (2, 1)
    assert (row["due"], row["first_seen_at"]) == (harness.clock(), harness.clock())
    assert [event.event.key for event in harness.lease(OTHER).events] == ["a", "b"]


def test_a_number_that_may_be_a_misprint_is_not_recorded_as_the_orders_own(harness, seen):
    harness.operator_store.attach(seen, "1", "a misprint")
    assert harness.row()["number"] == ""
    assert harness.known_as(NUMBER) == []


def test_an_order_without_capacity_gets_no_event(harness, seen):
    harness.change(event_count=999)
    before = everything(harness)
    assert harness.operator_store.attach(seen, "1", "a misprint") is Attached.FULL
    assert everything(harness) == before


def test_the_order_that_an_operator_has_named_is_reconciled(harness, seen):
    harness.operator_store.attach(seen, "2", "a misprint")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")


def test_later_events_find_the_order_by_the_parcel_that_an_operator_gave_to_it(harness):
    harness.accept("shipment.picked_up", "T9", order=PARCEL, key="a")
    stop_search(harness, harness.lease(PARCEL))
    harness.operator_store.attach(harness.snapshot(PARCEL), "2", "it is theirs")
    harness.accept("shipment.delivered", "T9", order=PARCEL, key="b")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["b"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "resolve",
    [
        lambda store, seen: store.attach(seen, "1", "x") is Attached.OVERTAKEN,
        lambda store, seen: store.close(seen, "x", {}) is False,
    ],
    ids=["found", "closed"],
)
def test_a_search_with_another_stop_than_the_operator_saw_stays_as_it_is(
    harness, seen, change, resolve: Callable[[SqlOperatorStore, Snapshot], bool]
):
    harness.change(NUMBER, **change)
    before = everything(harness)
    assert resolve(harness.operator_store, seen)
    assert everything(harness) == before


def test_a_search_that_goes_on_gives_its_events_to_the_order_as_well(harness, leased_reference):
    seen = harness.snapshot(NUMBER)
    assert harness.operator_store.attach(seen, "2", "a misprint") is Attached.DONE
    assert [event.event.key for event in harness.lease(OTHER).events] == ["a", "b"]
    assert harness.order_store.attach(leased_reference, "1") is Attached.OVERTAKEN
    finished = harness.order_store.finish(leased_reference, leased_reference.order, Done(), {})
    assert (finished, sorted(harness.order_keys())) == (Finished.LEASE_LOST, [KEY, OTHER])


def test_a_search_that_has_stopped_or_found_its_order_since_the_operator_looked_stays_as_it_is(
    harness, leased_reference
):
    seen = harness.snapshot(NUMBER)
    fail_search(harness, leased_reference)
    before = everything(harness)
    assert harness.operator_store.attach(seen, "2", "a misprint") is Attached.OVERTAKEN
    assert everything(harness) == before
    harness.operator_store.attach(harness.snapshot(NUMBER), "1", "a misprint")
    assert harness.operator_store.attach(seen, "2", "a misprint") is Attached.OVERTAKEN
    assert harness.order_keys() == [KEY]
