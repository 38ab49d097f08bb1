"""What `OrderStore` promises about references, over both databases."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.clock import START
from tests.support.events import KEY
from tests.support.harness import order_key
from tests.support.searches import NUMBER, stop_search
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.results import Done
from worker.domain.stages import Stage
from worker.ports import Attached
from worker.reconcile.reconciliation import MIN_LEASE

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")

pytestmark = pytest.mark.usefixtures("first_event")


# ------------------------------------------------------------------------------------------------------------ known as


def test_an_order_is_known_by_its_number_only_in_its_own_account(harness):
    harness.change(number="ORD-1")
    assert harness.known_as(NUMBER) == ["1"]
    assert harness.known_as(OrderKey("main", "number:ord-1")) == []
    assert harness.known_as(OrderKey("other", "number:ORD-1")) == []
    assert harness.known_as(OrderKey("main", "number:")) == []


def test_an_order_is_known_by_its_tracking_numbers_and_a_reference_is_no_order(harness):
    harness.accept("shipment.delivered", "A", order=PARCEL)
    harness.accept("shipment.delivered", "A", order=NUMBER)
    assert harness.known_as(PARCEL) == ["1"]
    assert harness.known_as(OrderKey("other", "tracking:A")) == []
    assert harness.known_as(OrderKey("main", "tracking:B")) == []


def test_a_few_of_many_orders_are_returned(harness):
    for order_id in range(2, 30):
        for number in ("A", "a"):
            harness.accept("shipment.created", number, order=order_key(order_id))
    order_ids = harness.known_as(PARCEL)
    assert len(order_ids) == len(set(order_ids)) == 20


@pytest.mark.parametrize("written", ["TRK 1", "trk-1", "Trk1"])
def test_an_order_is_known_by_a_tracking_number_that_is_written_differently(harness, written):
    harness.accept("shipment.created", "TRK1")
    assert harness.known_as(OrderKey("main", f"tracking:{written}")) == ["1"]
    assert harness.known_as(OrderKey("main", f"shipment:{written}")) == []


def test_a_placeholder_is_the_tracking_number_of_no_order(harness):
    harness.accept("shipment.created", "-")
    assert harness.known_as(OrderKey("main", "tracking:-"), OrderKey("main", "tracking: ")) == []


def test_the_closed_among_some_orders_come_with_their_events(harness):
    for number in (1, 2):
        harness.accept("shipment.created", "A", order=order_key(number))
    harness.finish(order_key(1), Done(), stage=Stage.COMPLETED, closed=Stage.COMPLETED)
    (closed,) = harness.order_store.closed_among("main", ["1", "2", "3"])
    assert (closed.order.key, {e.event.tracking for e in closed.events}) == (order_key(1), {"A"})
    assert harness.order_store.closed_among("other", ["1"]) == []
    assert harness.order_store.closed_among("main", []) == []


@pytest.mark.parametrize(("key", "index"), [(NUMBER, "ix_orders_number"), (PARCEL, "ix_events_tracking")])
def test_the_order_of_a_reference_is_found_by_an_index(harness, key, index):
    statements: list[tuple[str, Any]] = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    harness.known_as(key)
    ((sql, parameters),) = ((sql, parameters) for sql, parameters in statements if "LIMIT" in sql)
    with harness.database.read() as connection:
        if harness.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
        else:
            # PostgreSQL would scan the table because it has so few rows.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters).all()
    assert index in str(plan)


# -------------------------------------------------------------------------------------------------------------- attach


def test_the_order_gets_all_events_and_the_reference_is_deleted(harness, leased_reference):
    harness.clock.advance(seconds=1)
    assert harness.order_store.attach(leased_reference, "1") is Attached.DONE
    row, by_key = harness.row(), {event["key"]: event for event in harness.event_rows()}
    assert (harness.order_keys(), row["event_count"], row["revision"], row["number"]) == ([KEY], 3, 2, "ORD-1")
    assert {key: (e["reference"], e["revision"], e["result"]) for key, e in by_key.items()} == {
        "first": ("", 1, "pending"),
        "a": ("number:ORD-1", 2, "pending"),
        "b": ("number:ORD-1", 2, "pending"),
    }
    assert {e["order_row"] for e in by_key.values()} == {row["id"]}
    assert [(entry["action"], entry["detail"]) for entry in harness.audit_rows()] == [("found", "by its number ORD-1")]
    assert harness.lease(KEY).order.revision == 2


def test_an_order_that_is_new_to_the_database_begins_with_the_events(harness, leased_reference):
    assert harness.order_store.attach(leased_reference, "2") is Attached.DONE
    row = harness.row(OTHER)
    assert (row["event_count"], row["revision"], row["seen_revision"], row["due"]) == (2, 1, 0, harness.clock())
    assert [event.event.key for event in harness.lease(OTHER).events] == ["a", "b"]


def test_void_events_are_pending_again_once_their_order_is_found(harness, leased_reference):
    stop_search(harness, leased_reference)
    harness.accept("shipment.picked_up", order=NUMBER, key="c")
    assert harness.event_results() == {"first": "pending", "a": "void", "b": "void", "c": "pending"}
    assert harness.order_store.attach(harness.lease(NUMBER), "1") is Attached.DONE
    assert {(event["result"], event["result_at"]) for event in harness.event_rows()} == {("pending", None)}


def test_the_number_that_the_platform_shows_is_kept(harness, leased_reference):
    harness.change(number="ORD-ONE")
    harness.order_store.attach(leased_reference, "1")
    assert harness.row()["number"] == "ORD-ONE"


def test_an_order_that_was_found_by_a_tracking_number_gets_no_number(harness):
    harness.accept("shipment.delivered", "A", order=PARCEL)
    harness.order_store.attach(harness.lease(PARCEL), "1")
    assert (harness.row()["number"], harness.audit_rows()[0]["detail"]) == ("", "by its tracking number A")


def test_a_back_off_and_a_stop_of_the_order_stay(harness, leased_reference):
    harness.change(due=START + MINUTE, not_before=START + MINUTE)
    harness.order_store.attach(leased_reference, "1")
    assert harness.row()["due"] == START + MINUTE
    harness.change(stop="refused", stopped_at=START)
    harness.accept("shipment.picked_up", order=NUMBER)
    harness.order_store.attach(harness.lease(NUMBER), "1")
    assert (harness.row()["stop"], harness.row()["event_count"]) == ("refused", 4)


def test_an_event_that_came_in_meanwhile_goes_to_the_order_too(harness, leased_reference):
    harness.accept("shipment.lost", order=NUMBER, key="late")
    assert harness.order_store.attach(leased_reference, "1") is Attached.DONE
    assert (harness.row()["event_count"], len(harness.event_rows()), harness.order_keys()) == (4, 4, [KEY])


def test_an_order_without_capacity_for_all_events_gets_none(harness, leased_reference):
    harness.change(event_count=999)
    before = harness.row(), harness.row(NUMBER), harness.event_rows()
    assert harness.order_store.attach(leased_reference, "1") is Attached.FULL
    assert (harness.row(), harness.row(NUMBER), harness.event_rows()) == before


def test_a_search_without_its_lease_attaches_nothing(harness, leased_reference):
    harness.clock.now += MIN_LEASE
    before = harness.row(), harness.row(NUMBER), harness.event_rows()
    assert harness.order_store.attach(leased_reference, "1") is Attached.OVERTAKEN
    assert (harness.row(), harness.row(NUMBER), harness.event_rows()) == before
    assert harness.order_store.attach(harness.lease(NUMBER), "1") is Attached.DONE
    assert harness.order_store.attach(leased_reference, "1") is Attached.OVERTAKEN


def test_the_audit_log_of_a_reference_is_deleted_with_it(harness, leased_reference):
    stop_search(harness, leased_reference)
    harness.operator_store.release(harness.snapshot(NUMBER), "look again")
    assert harness.audit_actions() == ["stopped", "released"]
    harness.order_store.attach(harness.lease(NUMBER), "1")
    assert harness.audit_actions() == ["found"]
