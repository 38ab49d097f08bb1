"""What `Turns` promises about references, over both databases."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.clock import START
from tests.support.searches import NUMBER, look, stop, take
from tests.support.stories import KEY
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.journal.desk import SqlDesk
from worker.turn import LEASE

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")


# ------------------------------------------------------------------------------------------------------------ known as


def test_an_order_is_known_by_its_number_in_its_account_alone(stage):
    stage.change(number="ORD-1")
    assert stage.turns.known_as(NUMBER) == ["1"]
    assert stage.turns.known_as(OrderKey("main", "number:ord-1")) == []
    assert stage.turns.known_as(OrderKey("other", "number:ORD-1")) == []
    assert stage.turns.known_as(OrderKey("main", "number:")) == []


def test_an_order_is_known_by_its_parcels_and_no_other_search_is_taken_for_one(stage):
    stage.hear("shipment.delivered", "A", order=PARCEL)
    stage.hear("shipment.delivered", "A", order=NUMBER)
    assert stage.turns.known_as(PARCEL) == ["1"]
    assert stage.turns.known_as(OrderKey("other", "tracking:A")) == []
    assert stage.turns.known_as(OrderKey("main", "tracking:B")) == []


def test_two_orders_are_as_good_as_many(stage):
    for order_id in ("2", "3", "4"):
        for _ in range(2):
            stage.hear("shipment.created", "A", order=OrderKey("main", order_id))
    found = stage.turns.known_as(PARCEL)
    assert len(found) == len(set(found)) == 2


@pytest.mark.parametrize(("key", "index"), [(NUMBER, "ix_orders_number"), (PARCEL, "ix_events_tracking")])
def test_a_reference_is_looked_up_in_its_own_index(stage, key, index):
    asked: list[tuple[str, Any]] = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    stage.turns.known_as(key)
    ((sql, parameters),) = ((sql, parameters) for sql, parameters in asked if "LIMIT" in sql)
    with stage.database.read() as connection:
        if stage.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
        else:
            # With so few rows, any other way would be as short.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters).all()
    assert index in str(plan)


# -------------------------------------------------------------------------------------------------------------- attach


def test_all_news_becomes_the_orders_and_nothing_is_left_of_the_reference(stage, sought):
    stage.clock.advance(seconds=1)
    assert stage.turns.attach(sought, "1") is True
    row, known = stage.row(), {event["key"]: event for event in stage.events()}
    assert (stage.keys(), row["events"], row["revision"], row["number"]) == ([KEY], 3, 2, "ORD-1")
    assert {key: (e["reference"], e["revision"], e["end"]) for key, e in known.items()} == {
        "first": ("", 1, "pending"),
        "a": ("number:ORD-1", 2, "pending"),
        "b": ("number:ORD-1", 2, "pending"),
    }
    assert {e["order"] for e in known.values()} == {row["id"]}
    assert [(said["word"], said["detail"]) for said in stage.told()] == [("found", "by its number ORD-1")]
    assert take(stage, KEY).order.revision == 2


def test_an_order_that_the_journal_has_never_seen_begins_with_the_news(stage, sought):
    assert stage.turns.attach(sought, "2") is True
    row = stage.row(OTHER)
    assert (row["events"], row["revision"], row["seen_revision"], row["due"]) == (2, 1, 0, stage.clock())
    assert [event.event.key for event in take(stage, OTHER).events] == ["a", "b"]


def test_what_had_ended_in_vain_is_wanted_again(stage, sought):
    stop(stage, sought)
    stage.hear("shipment.picked_up", order=NUMBER, key="c")
    assert stage.ends() == {"first": "pending", "a": "void", "b": "void", "c": "pending"}
    assert stage.turns.attach(take(stage), "1") is True
    assert {(event["end"], event["ended_at"]) for event in stage.events()} == {("pending", None)}


def test_the_platforms_own_word_for_a_number_is_left_alone(stage, sought):
    stage.change(number="ORD-ONE")
    stage.turns.attach(sought, "1")
    assert stage.row()["number"] == "ORD-ONE"


def test_an_order_found_by_its_parcel_has_no_number_for_that(stage):
    stage.hear("shipment.delivered", "A", order=PARCEL)
    stage.turns.attach(take(stage, PARCEL), "1")
    assert (stage.row()["number"], stage.told()[0]["detail"]) == ("", "by its tracking number A")


def test_a_back_off_and_a_stop_of_the_order_stay_as_they_are(stage, sought):
    stage.change(due=START + MINUTE, not_before=START + MINUTE)
    stage.turns.attach(sought, "1")
    assert stage.row()["due"] == START + MINUTE
    stage.change(stop="refused", stopped_at=START)
    stage.hear("shipment.picked_up", order=NUMBER)
    stage.turns.attach(take(stage), "1")
    assert (stage.row()["stop"], stage.row()["events"]) == ("refused", 4)


def test_news_that_came_in_during_the_turn_goes_along(stage, sought):
    stage.hear("shipment.lost", order=NUMBER, key="late")
    assert stage.turns.attach(sought, "1") is True
    assert (stage.row()["events"], len(stage.events()), stage.keys()) == (4, 4, [KEY])


def test_an_order_without_room_for_all_of_it_gets_nothing(stage, sought):
    stage.change(events=999)
    before = stage.row(), stage.row(NUMBER), stage.events()
    assert stage.turns.attach(sought, "1") is False
    assert (stage.row(), stage.row(NUMBER), stage.events()) == before


def test_a_lost_lease_attaches_nothing(stage, sought):
    stage.clock.now += LEASE
    before = stage.row(), stage.row(NUMBER), stage.events()
    assert stage.turns.attach(sought, "1") is None
    assert (stage.row(), stage.row(NUMBER), stage.events()) == before
    assert stage.turns.attach(take(stage), "1") is True
    assert stage.turns.attach(sought, "1") is None


def test_the_remarks_about_a_search_end_with_it(stage, sought):
    stop(stage, sought)
    SqlDesk(stage.database).release(look(stage, NUMBER), "look again")
    assert stage.remarks() == ["stopped", "released"]
    stage.turns.attach(take(stage), "1")
    assert stage.remarks() == ["found"]
