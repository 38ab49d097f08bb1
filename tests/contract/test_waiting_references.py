"""What the intake and `OrderStore` promise about references that wait for a parcel, over both databases."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.clock import START
from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness
from tests.support.searches import NUMBER, PARCEL, SHIPMENT, stop_search
from worker.domain.events import EventName
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later
from worker.ports import Attached, Receipt

OTHER = OrderKey("main", "2")
WAITS = Later(START + MINUTE, WaitReason.UNKNOWN_ORDER, firm=True)
NAMES: dict[str, Any] = {"tracking": "TRK1", "shipment": "S1"}


def wait_for(harness: Harness, key: OrderKey, **names: str) -> None:
    """Receive an event of a reference, for which the search has found nothing yet."""
    harness.accept("shipment.delivered", order=key, **names)
    leased = harness.lease(key)
    harness.order_store.finish(leased, leased.order, WAITS, {})


def register(harness: Harness, key: OrderKey = KEY, **names: Any) -> Receipt:
    return harness.intake.write(a_delivery(an_event("shipment.created", order=key, **names)))


def has_been_woken(harness: Harness, key: OrderKey) -> bool:
    row = harness.row(key)
    return (row["due"], row["not_before"], row["stop"]) == (harness.clock(), None, None)


@pytest.mark.parametrize(
    ("waiting", "its_names", "registered"),
    [
        (PARCEL, {"tracking": "TRK1"}, {"tracking": "TRK1"}),
        (PARCEL, NAMES, {"shipment": "S1"}),
        (SHIPMENT, {"shipment": "S1"}, NAMES),
        (SHIPMENT, {"shipment": "S1"}, {"shipment": "S1"}),
        (NUMBER, {"tracking": "TRK1"}, NAMES),
        (NUMBER, {"shipment": "S1"}, {"shipment": "S1"}),
    ],
)
def test_an_event_of_an_order_wakes_what_waits_for_its_parcel(harness, waiting, its_names, registered):
    wait_for(harness, waiting, **its_names)
    harness.clock.advance(seconds=1)
    receipt = harness.intake.write(a_delivery(an_event("shipment.created", **registered), received_at=harness.clock()))
    assert receipt.wake_ups == (KEY, waiting)
    assert has_been_woken(harness, waiting)


@pytest.mark.parametrize(
    ("waiting", "its_names", "registered"),
    [
        (PARCEL, {"tracking": "TRK1"}, {"tracking": "TRK2"}),
        (OrderKey("other", "tracking:TRK1"), {"tracking": "TRK1"}, {"tracking": "TRK1"}),
        (NUMBER, {}, NAMES),
        (PARCEL, {"tracking": "TRK1"}, {"shipment": "TRK1"}),
        (SHIPMENT, {"shipment": "S1"}, {}),
    ],
    ids=["another parcel", "another account", "no parcel", "another kind of name", "an event without names"],
)
def test_an_event_of_an_order_wakes_nothing_else(harness, waiting, its_names, registered):
    wait_for(harness, waiting, **its_names)
    assert register(harness, **registered).wake_ups == (KEY,)
    assert harness.row(waiting)["due"] == START + MINUTE


def test_references_of_other_accounts_keep_none_from_being_woken(harness):
    strangers = [
        an_event("shipment.created", "TRK1", order=OrderKey("other", f"number:{n}"), key=f"other {n}")
        for n in range(1000)
    ]
    harness.intake.write(a_delivery(*strangers))
    wait_for(harness, PARCEL, tracking="TRK1")
    assert register(harness, tracking="TRK1").wake_ups == (KEY, PARCEL)
    assert has_been_woken(harness, PARCEL)


@pytest.mark.parametrize("kind", ["tracking", "shipment"])
def test_the_references_of_a_parcel_are_found_by_an_index(harness, kind):
    wait_for(harness, NUMBER, **NAMES)
    statements: list[tuple[str, Any]] = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    register(harness, **{kind: NAMES[kind]})
    ((sql, parameters),) = ((sql, parameters) for sql, parameters in statements if "searched_in" in sql)
    with harness.database.read() as connection:
        if harness.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
        else:
            # PostgreSQL would scan the table because it has so few rows.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters).all()
    assert f"ix_events_awaited_{kind}" in str(plan)
    assert "searched_in=?" in str(plan) or "searched_in = 'main'" in str(plan)


def test_an_event_of_a_reference_wakes_no_other_reference(harness):
    wait_for(harness, PARCEL, **NAMES)
    assert register(harness, SHIPMENT, shipment="S1").wake_ups == (SHIPMENT,)
    assert harness.row(PARCEL)["due"] == START + MINUTE


def test_a_repeated_event_wakes_nothing(harness):
    delivery = a_delivery(an_event("shipment.created", "TRK1"))
    harness.intake.write(delivery)
    wait_for(harness, PARCEL, tracking="TRK1")
    assert harness.intake.write(delivery).wake_ups == ()
    assert harness.row(PARCEL)["due"] == START + MINUTE


@pytest.mark.parametrize("reason", [StopReason.UNKNOWN_ORDER, StopReason.GAVE_UP])
def test_a_search_that_stopped_in_vain_begins_anew_with_all_of_its_events(harness, reason):
    harness.accept("shipment.delivered", "TRK1", order=PARCEL)
    stop_search(harness, harness.lease(PARCEL), reason)
    harness.change(PARCEL, failures=9, failing_since=START, missing_since=START)
    assert register(harness, tracking="TRK1").wake_ups == (KEY, PARCEL)
    row = harness.row(PARCEL)
    assert has_been_woken(harness, PARCEL)
    assert (row["stop_detail"], row["failures"], row["failing_since"], row["missing_since"]) == ("", 0, None, None)
    assert set(harness.event_results().values()) == {"pending"}


@pytest.mark.parametrize("reason", [StopReason.AMBIGUOUS_ORDER, StopReason.TOO_MANY_EVENTS])
def test_a_stop_that_a_parcel_does_not_resolve_stays(harness, reason):
    harness.accept("shipment.delivered", "TRK1", order=PARCEL)
    stop_search(harness, harness.lease(PARCEL), reason)
    assert register(harness, tracking="TRK1").wake_ups == (KEY,)
    assert harness.row(PARCEL)["stop"] == reason


def test_a_search_that_an_operator_has_ended_stays_ended(harness):
    harness.accept("shipment.delivered", "TRK1", order=PARCEL)
    stop_search(harness, harness.lease(PARCEL))
    assert harness.operator_store.close(harness.snapshot(PARCEL), "no parcel of ours", {})
    assert register(harness, tracking="TRK1").wake_ups == (KEY,)
    assert harness.row(PARCEL)["due"] is None


def test_one_delivery_wakes_the_references_of_all_its_parcels(harness):
    wait_for(harness, PARCEL, tracking="TRK1")
    wait_for(harness, OrderKey("main", "tracking:TRK2"), tracking="TRK2")
    created = [an_event("shipment.created", f"TRK{n}", order=OTHER) for n in (1, 2)]
    receipt = harness.intake.write(a_delivery(*created, an_event(EventName.CREATED, "TRK3", order=PARCEL)))
    assert receipt.wake_ups == (OTHER, PARCEL, OrderKey("main", "tracking:TRK2"))
    assert has_been_woken(harness, OrderKey("main", "tracking:TRK2"))
    assert has_been_woken(harness, PARCEL)


def test_the_events_of_a_reference_wake_what_waits_for_their_parcels(harness):
    wait_for(harness, SHIPMENT, shipment="S1")
    wait_for(harness, NUMBER, tracking="TRK1")
    harness.accept("shipment.created", order=PARCEL, **NAMES)
    assert harness.order_store.attach(harness.lease(PARCEL), "1") is Attached.DONE
    assert has_been_woken(harness, SHIPMENT)
    assert has_been_woken(harness, NUMBER)


def test_an_operator_who_names_the_order_of_a_reference_wakes_them_too(harness):
    wait_for(harness, SHIPMENT, shipment="S1")
    harness.accept("shipment.created", order=PARCEL, **NAMES)
    stop_search(harness, harness.lease(PARCEL))
    assert harness.operator_store.attach(harness.snapshot(PARCEL), "1", "it is theirs") is Attached.DONE
    assert has_been_woken(harness, SHIPMENT)


def test_an_order_that_takes_no_more_events_wakes_nothing(harness):
    wait_for(harness, SHIPMENT, shipment="S1")
    harness.accept()
    harness.change(event_count=1000)
    harness.accept("shipment.created", order=PARCEL, **NAMES)
    assert harness.order_store.attach(harness.lease(PARCEL), "1") is Attached.FULL
    assert harness.row(SHIPMENT)["due"] == START + MINUTE


@pytest.mark.parametrize("key", [PARCEL, NUMBER])
def test_a_search_whose_order_becomes_known_meanwhile_is_due_at_once(harness, key):
    harness.accept("shipment.delivered", "TRK1", order=key)
    leased = harness.lease(key)
    register(harness, tracking="TRK1")
    harness.order_store.finish(leased, leased.order, WAITS, {})
    assert has_been_woken(harness, key)
    leased = harness.lease(key)
    register(harness, OTHER, tracking="TRK1")
    harness.order_store.finish(leased, leased.order, WAITS, {})
    assert harness.row(key)["due"] == START + MINUTE  # now it is ambiguous


# ------------------------------------------------------------------------------------------------------------ known as


def test_an_order_is_known_by_the_shipment_ids_of_its_events(harness):
    register(harness, shipment="S1")
    assert harness.known_as(SHIPMENT) == ["1"]
    assert harness.known_as(OrderKey("other", "shipment:S1")) == []
    assert harness.known_as(OrderKey("main", "tracking:S1")) == []


def test_several_names_are_asked_together(harness):
    register(harness, tracking="TRK1")
    register(harness, shipment="S1")
    assert harness.known_as(PARCEL, SHIPMENT, NUMBER) == ["1"]
    register(harness, OTHER, shipment="S1")
    assert harness.known_as(PARCEL, SHIPMENT, NUMBER) == ["1", "2"]


def test_an_order_that_was_found_by_a_parcel_does_not_get_the_number(harness):
    harness.accept("shipment.delivered", "TRK1", order=NUMBER)
    harness.order_store.attach(harness.lease(NUMBER), "1", by_parcel=True)
    assert (harness.row()["number"], harness.audit_rows()[0]["detail"]) == ("", "by a parcel, for number ORD-1")
