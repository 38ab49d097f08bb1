"""Orders of which a courier knows only a number: looked for, and never guessed."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import FakeOrder, FakeOrderApi, fails, meanwhile
from tests.support.searches import NUMBER, PARCEL, waiting_news
from worker.domain.errors import Transient
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason
from worker.domain.results import Done, Later, OrderFound, Stopped
from worker.domain.stages import Stage


@pytest.mark.parametrize(("key", "tracking"), [(NUMBER, "TRK1"), (NUMBER, ""), (PARCEL, "TRK1")])
def test_an_order_is_found_at_the_platform_by_one_search_and_walks_in_the_same_task(numbered, key, tracking):
    numbered.receive("shipment.picked_up", tracking, order=key, key="evt")
    assert numbered.reconcile(key) == Done()
    assert [call.kind for call in numbered.api.calls] == ["find", "read", "write", "write"]
    assert (numbered.api.searches, numbered.api.writes) == ([key.order_id], ["accepted", "shipped"])
    assert (numbered.order_keys(), numbered.event_results(), numbered.audit_actions()) == (
        [KEY],
        {"evt": "applied"},
        ["found"],
    )


@pytest.mark.parametrize(("key", "known"), [(NUMBER, "hint"), (PARCEL, "shipment.created")])
def test_an_order_that_the_journal_knows_is_found_without_a_search(numbered, key, known):
    numbered.receive(known, "TRK1" if known != "hint" else "")
    numbered.reconcile()
    numbered.receive("shipment.picked_up", "TRK1", order=key)
    assert numbered.reconcile(key) == Done()
    assert (numbered.api.searches, numbered.row()["status"]) == ([], "shipped")


def test_the_number_of_an_order_is_learned_from_every_read(numbered):
    numbered.receive("hint")
    numbered.reconcile()
    assert numbered.row()["number"] == "ORD-1"
    numbered.api.orders["1"].number = "ORD-2"
    numbered.receive("order.shipped")
    numbered.reconcile()
    assert numbered.row()["number"] == "ORD-2"


def test_an_order_found_by_its_number_is_remembered_before_it_is_ever_read(numbered):
    waiting_news(numbered)
    numbered.api.script("read", fails(Transient("503")))
    numbered.reconcile(NUMBER)
    assert (numbered.row()["number"], numbered.row()["read_at"]) == ("ORD-1", None)
    waiting_news(numbered, key="again")
    numbered.reconcile(NUMBER)
    assert numbered.api.searches == ["number:ORD-1"]


def test_an_order_found_by_its_number_during_its_own_turn_is_remembered_though_that_turn_could_not_read_it(numbered):
    def found_and_then_fails(*_):
        waiting_news(numbered)
        assert numbered.reconcile(NUMBER) == OrderFound(KEY)
        raise Transient("503")

    numbered.receive("hint")
    numbered.api.script("read", found_and_then_fails)
    numbered.reconcile()
    assert (numbered.row()["number"], numbered.row()["read_at"]) == ("ORD-1", None)


def test_all_news_that_waited_is_the_orders_at_once_and_says_how_it_was_named(harness):
    for key in ("a", "b"):
        waiting_news(harness, key=key)
    harness.reconcile(NUMBER)
    harness.api.orders["1"] = FakeOrder(number="ORD-1")
    harness.receive("shipment.created", key="by id")
    harness.run_for(minutes=1)
    known = harness.event_rows()
    assert {row["key"]: (row["reference"], row["result"]) for row in known} == {
        "a": ("number:ORD-1", "applied"),
        "b": ("number:ORD-1", "applied"),
        "by id": ("", "noted"),
    }
    assert (harness.row()["events"], len({row["order"] for row in known})) == (3, 1)


def test_an_order_that_another_worker_has_is_left_to_it(numbered):
    numbered.receive("hint")
    numbered.order_store.lease(KEY, 30 * SECOND)
    waiting_news(numbered)
    assert numbered.reconcile(NUMBER) == OrderFound(KEY)
    assert (numbered.api.reads, numbered.row()["revision"]) == (0, 2)


def test_a_found_order_that_is_backing_off_keeps_its_back_off(numbered):
    numbered.receive("hint")
    numbered.api.script("read", fails(Transient("503", 503)))
    numbered.reconcile()
    due = numbered.row()["due"]
    waiting_news(numbered)
    assert numbered.reconcile(NUMBER) == OrderFound(KEY)
    assert numbered.row()["due"] == due > numbered.clock()


def test_two_accounts_with_the_same_number_do_not_mix(numbered):
    other = FakeOrderApi(numbered.clock)
    other.orders["7"] = FakeOrder(number="ORD-1")
    elsewhere = OrderKey("other", "number:ORD-1")
    advance = numbered.reconciler(
        apis={"main": numbered.api, "other": other}, policies=dict.fromkeys(("main", "other"), numbered.policy)
    )
    numbered.receive("hint")
    numbered.reconcile()
    numbered.receive("order.shipped", order=elsewhere)
    assert advance(elsewhere) == Done()
    assert sorted(numbered.order_keys()) == [KEY, OrderKey("other", "7")]
    assert (other.writes, numbered.api.writes) == (["accepted", "shipped"], ["accepted"])
    numbered.receive("shipment.created", "TRK1", order=OrderKey("other", "7"))
    numbered.receive("shipment.delivered", "TRK1", order=PARCEL)
    numbered.reconcile(PARCEL)
    assert numbered.row()["status"] == "completed"


def test_repeated_news_is_known_before_and_after_its_order_is_found_however_the_order_is_named(numbered):
    waiting_news(numbered)
    assert numbered.receive("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    numbered.reconcile(NUMBER)
    assert numbered.receive("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    assert numbered.receive("shipment.picked_up", order=KEY, key="evt") == "duplicate"
    assert (numbered.order_keys(), numbered.row()["events"]) == ([KEY], 1)


@pytest.mark.parametrize("other", [OrderKey("main", "number:ORD-2"), OrderKey("other", "number:ORD-1"), PARCEL])
def test_a_known_key_with_another_reference_is_quarantined(numbered, other):
    waiting_news(numbered)
    numbered.reconcile(NUMBER)
    assert numbered.receive("shipment.picked_up", order=other, key="evt") == "quarantined"


def test_news_that_comes_in_during_the_search_is_found_with_it(numbered):
    waiting_news(numbered)
    numbered.api.script("find", meanwhile(lambda: waiting_news(numbered, key="meanwhile")))
    assert numbered.reconcile(NUMBER) == Done()
    assert (numbered.event_results(), numbered.order_keys()) == ({"evt": "applied", "meanwhile": "applied"}, [KEY])


def test_a_search_does_not_stop_over_news_that_came_in_meanwhile(harness):
    waiting_news(harness)
    harness.reconcile(NUMBER)
    harness.clock.advance(hours=2)
    harness.api.script("find", meanwhile(lambda: waiting_news(harness, key="meanwhile")))
    assert isinstance(harness.reconcile(NUMBER), Later)
    row = harness.row(NUMBER)
    assert (row["stop"], row["failures"], row["missing_since"]) == (None, 1, harness.clock())
    assert (len(harness.api.searches), harness.audit_actions()) == (3, [])
    assert harness.event_results() == {"evt": "pending", "meanwhile": "pending"}


def test_an_alarm_that_was_found_late_stops_the_order(numbered):
    numbered.receive("order.shipped")
    numbered.reconcile()
    numbered.receive("shipment.lost", order=NUMBER)
    assert numbered.reconcile(NUMBER) == Stopped(
        StopReason.SHIPMENT_LOST, "the order is shipped, and the courier says lost"
    )
    assert numbered.row()["stage"] == Stage.SHIPPED
