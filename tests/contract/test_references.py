"""What `OrderStore` promises about references, over both databases."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.clock import START
from tests.support.searches import NUMBER, look, stop, take
from tests.support.events import KEY
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.operator import SqlOperatorStore

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")


# ------------------------------------------------------------------------------------------------------------ known as


def test_an_order_is_known_by_its_number_in_its_account_alone(harness):
    harness.change(number="ORD-1")
    assert harness.order_store.known_as(NUMBER) == ["1"]
    assert harness.order_store.known_as(OrderKey("main", "number:ord-1")) == []
    assert harness.order_store.known_as(OrderKey("other", "number:ORD-1")) == []
    assert harness.order_store.known_as(OrderKey("main", "number:")) == []


def test_an_order_is_known_by_its_parcels_and_no_other_search_is_taken_for_one(harness):
    harness.receive("shipment.delivered", "A", order=PARCEL)
    harness.receive("shipment.delivered", "A", order=NUMBER)
    assert harness.order_store.known_as(PARCEL) == ["1"]
    assert harness.order_store.known_as(OrderKey("other", "tracking:A")) == []
    assert harness.order_store.known_as(OrderKey("main", "tracking:B")) == []


def test_two_orders_are_as_good_as_many(harness):
    for order_id in ("2", "3", "4"):
        for _ in range(2):
            harness.receive("shipment.created", "A", order=OrderKey("main", order_id))
    found = harness.order_store.known_as(PARCEL)
    assert len(found) == len(set(found)) == 2


@pytest.mark.parametrize(("key", "index"), [(NUMBER, "ix_orders_number"), (PARCEL, "ix_events_tracking")])
def test_a_reference_is_looked_up_in_its_own_index(harness, key, index):
    asked: list[tuple[str, Any]] = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    harness.order_store.known_as(key)
    ((sql, parameters),) = ((sql, parameters) for sql, parameters in asked if "LIMIT" in sql)
    with harness.database.read() as connection:
        if harness.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
        else:
            # With so few rows, any other way would be as short.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters).all()
    assert index in str(plan)


# -------------------------------------------------------------------------------------------------------------- attach


def test_all_news_becomes_the_orders_and_nothing_is_left_of_the_reference(harness, sought):
    harness.clock.advance(seconds=1)
    assert harness.order_store.attach(sought, "1") is True
    row, known = harness.row(), {event["key"]: event for event in harness.event_rows()}
    assert (harness.order_keys(), row["events"], row["revision"], row["number"]) == ([KEY], 3, 2, "ORD-1")
    assert {key: (e["reference"], e["revision"], e["result"]) for key, e in known.items()} == {
        "first": ("", 1, "pending"),
        "a": ("number:ORD-1", 2, "pending"),
        "b": ("number:ORD-1", 2, "pending"),
    }
    assert {e["order"] for e in known.values()} == {row["id"]}
    assert [(said["word"], said["detail"]) for said in harness.audit_rows()] == [("found", "by its number ORD-1")]
    assert take(harness, KEY).order.revision == 2


def test_an_order_that_the_journal_has_never_seen_begins_with_the_news(harness, sought):
    assert harness.order_store.attach(sought, "2") is True
    row = harness.row(OTHER)
    assert (row["events"], row["revision"], row["seen_revision"], row["due"]) == (2, 1, 0, harness.clock())
    assert [event.event.key for event in take(harness, OTHER).events] == ["a", "b"]


def test_what_had_ended_in_vain_is_wanted_again(harness, sought):
    stop(harness, sought)
    harness.receive("shipment.picked_up", order=NUMBER, key="c")
    assert harness.event_results() == {"first": "pending", "a": "void", "b": "void", "c": "pending"}
    assert harness.order_store.attach(take(harness), "1") is True
    assert {(event["result"], event["result_at"]) for event in harness.event_rows()} == {("pending", None)}


def test_the_platforms_own_word_for_a_number_is_left_alone(harness, sought):
    harness.change(number="ORD-ONE")
    harness.order_store.attach(sought, "1")
    assert harness.row()["number"] == "ORD-ONE"


def test_an_order_found_by_its_parcel_has_no_number_for_that(harness):
    harness.receive("shipment.delivered", "A", order=PARCEL)
    harness.order_store.attach(take(harness, PARCEL), "1")
    assert (harness.row()["number"], harness.audit_rows()[0]["detail"]) == ("", "by its tracking number A")


def test_a_back_off_and_a_stop_of_the_order_stay_as_they_are(harness, sought):
    harness.change(due=START + MINUTE, not_before=START + MINUTE)
    harness.order_store.attach(sought, "1")
    assert harness.row()["due"] == START + MINUTE
    harness.change(stop="refused", stopped_at=START)
    harness.receive("shipment.picked_up", order=NUMBER)
    harness.order_store.attach(take(harness), "1")
    assert (harness.row()["stop"], harness.row()["events"]) == ("refused", 4)


def test_news_that_came_in_during_the_turn_goes_along(harness, sought):
    harness.receive("shipment.lost", order=NUMBER, key="late")
    assert harness.order_store.attach(sought, "1") is True
    assert (harness.row()["events"], len(harness.event_rows()), harness.order_keys()) == (4, 4, [KEY])


def test_an_order_without_room_for_all_of_it_gets_nothing(harness, sought):
    harness.change(events=999)
    before = harness.row(), harness.row(NUMBER), harness.event_rows()
    assert harness.order_store.attach(sought, "1") is False
    assert (harness.row(), harness.row(NUMBER), harness.event_rows()) == before


def test_a_lost_lease_attaches_nothing(harness, sought):
    harness.clock.now += MIN_LEASE
    before = harness.row(), harness.row(NUMBER), harness.event_rows()
    assert harness.order_store.attach(sought, "1") is None
    assert (harness.row(), harness.row(NUMBER), harness.event_rows()) == before
    assert harness.order_store.attach(take(harness), "1") is True
    assert harness.order_store.attach(sought, "1") is None


def test_the_remarks_about_a_search_end_with_it(harness, sought):
    stop(harness, sought)
    SqlOperatorStore(harness.database).release(look(harness, NUMBER), "look again")
    assert harness.audit_actions() == ["stopped", "released"]
    harness.order_store.attach(take(harness), "1")
    assert harness.audit_actions() == ["found"]
