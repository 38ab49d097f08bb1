"""Orders that a courier names by a number only: the search finds them and never guesses."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder, FakeOrderApi, fails, meanwhile
from tests.support.searches import NUMBER, PARCEL, receive_by_number
from worker.domain.errors import Transient
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason
from worker.domain.results import Done, Later, OrderFound, Stopped
from worker.domain.stages import Stage


@pytest.mark.parametrize(("key", "tracking"), [(NUMBER, "TRK1"), (NUMBER, ""), (PARCEL, "TRK1")])
def test_an_order_is_found_by_one_search_at_the_platform_and_reconciled_in_the_same_task(numbered, key, tracking):
    numbered.accept("shipment.picked_up", tracking, order=key, key="evt")
    assert numbered.reconcile(key) == Done()
    assert [call.kind for call in numbered.api.calls] == ["find", "read", "write", "write"]
    assert (numbered.api.searches, numbered.api.writes) == ([key.order_id], ["accepted", "shipped"])
    assert numbered.order_keys() == [KEY]
    assert (numbered.event_results(), numbered.audit_actions()) == ({"evt": "applied"}, ["found"])


@pytest.mark.parametrize(("key", "event"), [(NUMBER, "hint"), (PARCEL, "shipment.created")])
def test_an_order_that_the_database_knows_is_found_without_a_call(numbered, key, event):
    numbered.accept(event, "TRK1" if event != "hint" else "")
    numbered.reconcile()
    numbered.accept("shipment.picked_up", "TRK1", order=key)
    assert numbered.reconcile(key) == Done()
    assert (numbered.api.searches, numbered.row()["status"]) == ([], "shipped")


def test_every_read_records_the_number_of_the_order(numbered):
    numbered.accept("hint")
    numbered.reconcile()
    assert numbered.row()["number"] == "ORD-1"
    numbered.api.orders["1"].number = "ORD-2"
    numbered.accept("order.shipped")
    numbered.reconcile()
    assert numbered.row()["number"] == "ORD-2"


def test_the_number_of_an_order_that_was_found_is_recorded_before_its_first_read(numbered):
    receive_by_number(numbered)
    numbered.api.script("read", fails(Transient("503")))
    numbered.reconcile(NUMBER)
    assert (numbered.row()["number"], numbered.row()["read_at"]) == ("ORD-1", None)
    receive_by_number(numbered, key="again")
    numbered.reconcile(NUMBER)
    assert numbered.api.searches == ["number:ORD-1"]


def test_the_number_is_recorded_when_the_order_is_found_during_its_own_failing_reconciliation(numbered):
    def find_and_fail(*_):
        receive_by_number(numbered)
        assert numbered.reconcile(NUMBER) == OrderFound(KEY)
        raise Transient("503")

    numbered.accept("hint")
    numbered.api.script("read", find_and_fail)
    numbered.reconcile()
    assert (numbered.row()["number"], numbered.row()["read_at"]) == ("ORD-1", None)


def test_the_order_gets_all_waiting_events_at_once_with_the_reference_that_named_it(harness):
    for key in ("a", "b"):
        receive_by_number(harness, key=key)
    harness.reconcile(NUMBER)
    harness.api.orders["1"] = FakeOrder(number="ORD-1")
    harness.accept("shipment.created", key="by id")
    harness.run_for(minutes=1)
    rows = harness.event_rows()
    assert {row["key"]: (row["reference"], row["result"]) for row in rows} == {
        "a": ("number:ORD-1", "applied"),
        "b": ("number:ORD-1", "applied"),
        "by id": ("", "noted"),
    }
    assert (harness.row()["event_count"], len({row["order_row"] for row in rows})) == (3, 1)


def test_an_order_that_another_worker_has_leased_is_not_reconciled(numbered):
    numbered.accept("hint")
    numbered.order_store.lease(KEY, 30 * SECOND)
    receive_by_number(numbered)
    assert numbered.reconcile(NUMBER) == OrderFound(KEY)
    assert (numbered.api.reads, numbered.row()["revision"]) == (0, 2)


def test_an_order_that_was_found_keeps_its_back_off(numbered):
    numbered.accept("hint")
    numbered.api.script("read", fails(Transient("503", 503)))
    numbered.reconcile()
    due = numbered.row()["due"]
    receive_by_number(numbered)
    assert numbered.reconcile(NUMBER) == OrderFound(KEY)
    assert numbered.row()["due"] == due > numbered.clock()


def test_two_accounts_with_the_same_number_do_not_mix(numbered):
    other = FakeOrderApi(numbered.clock)
    other.orders["7"] = FakeOrder(number="ORD-1")
    elsewhere = OrderKey("other", "number:ORD-1")
    reconciler = numbered.reconciler(
        apis={"main": numbered.api, "other": other}, policies=dict.fromkeys(("main", "other"), numbered.policy)
    )
    numbered.accept("hint")
    numbered.reconcile()
    numbered.accept("order.shipped", order=elsewhere)
    assert reconciler.reconcile(elsewhere) == Done()
    assert sorted(numbered.order_keys()) == [KEY, OrderKey("other", "7")]
    assert (other.writes, numbered.api.writes) == (["accepted", "shipped"], ["accepted"])
    numbered.accept("shipment.created", "TRK1", order=OrderKey("other", "7"))
    numbered.accept("shipment.delivered", "TRK1", order=PARCEL)
    numbered.reconcile(PARCEL)
    assert numbered.row()["status"] == "completed"


def test_a_repeated_event_is_a_duplicate_before_and_after_its_order_is_found_however_it_names_the_order(numbered):
    receive_by_number(numbered)
    assert numbered.receive("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    numbered.reconcile(NUMBER)
    assert numbered.receive("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    assert numbered.receive("shipment.picked_up", order=KEY, key="evt") == "duplicate"
    assert (numbered.order_keys(), numbered.row()["event_count"]) == ([KEY], 1)


@pytest.mark.parametrize("other", [OrderKey("main", "number:ORD-2"), OrderKey("other", "number:ORD-1"), PARCEL])
def test_a_known_key_with_another_reference_is_quarantined(numbered, other):
    receive_by_number(numbered)
    numbered.reconcile(NUMBER)
    assert numbered.receive("shipment.picked_up", order=other, key="evt") == "quarantined"


def test_an_event_that_comes_in_during_the_search_goes_to_the_order_too(numbered):
    receive_by_number(numbered)
    numbered.api.script("find", meanwhile(lambda: receive_by_number(numbered, key="meanwhile")))
    assert numbered.reconcile(NUMBER) == Done()
    assert (numbered.event_results(), numbered.order_keys()) == ({"evt": "applied", "meanwhile": "applied"}, [KEY])


def test_a_search_does_not_stop_when_an_event_came_in_meanwhile(harness):
    receive_by_number(harness)
    harness.reconcile(NUMBER)
    harness.clock.advance(hours=2)
    harness.api.script("find", meanwhile(lambda: receive_by_number(harness, key="meanwhile")))
    assert isinstance(harness.reconcile(NUMBER), Later)
    row = harness.row(NUMBER)
    assert (row["stop"], row["failures"], row["missing_since"]) == (None, 1, harness.clock())
    assert (len(harness.api.searches), harness.audit_actions()) == (3, [])
    assert harness.event_results() == {"evt": "pending", "meanwhile": "pending"}


def test_an_alarm_that_was_received_by_number_stops_the_order(numbered):
    numbered.accept("order.shipped")
    numbered.reconcile()
    numbered.accept("shipment.lost", order=NUMBER)
    assert numbered.reconcile(NUMBER) == Stopped(
        StopReason.SHIPMENT_LOST, "the order is shipped, and the courier says lost"
    )
    assert numbered.row()["stage"] == Stage.SHIPPED
