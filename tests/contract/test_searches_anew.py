"""What the intake and the desk promise about a search that has stopped, over both databases."""

import pytest

from tests.support.clock import START
from tests.support.events import KEY, a_delivery, an_event
from tests.support.searches import NUMBER, look, stop, take
from worker.domain.errors import IllegalRequest, OrderMissing
from worker.domain.events import EventResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.store.operator import SqlOperatorStore

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")


def test_newer_news_lifts_the_stop_of_a_search_and_a_repetition_does_not(harness, sought):
    failing = {"failures": 9, "failing_since": START, "missing_since": START}
    stop(harness, sought)
    harness.change(NUMBER, **failing)
    harness.clock.advance(hours=3)
    assert harness.receive("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert harness.row(NUMBER)["stop"] == "unknown_order"
    harness.receive("shipment.picked_up", order=NUMBER)
    row = harness.row(NUMBER)
    assert (row["stop"], row["stop_detail"], row["stopped_at"], row["due"]) == (None, "", None, harness.clock())
    assert {row[name] for name in failing} == {0, None}


def test_newer_news_lifts_no_stop_of_an_order(harness, leased):
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), {})
    harness.receive("shipment.picked_up", "A")
    assert harness.row()["stop"] == "unknown_order"


def test_newer_news_neither_shortens_the_wait_of_a_search_nor_forgets_what_failed(harness, sought):
    harness.order_store.finish(sought, sought.order, Later(START + MINUTE, WaitReason.UNKNOWN_ORDER, firm=True), {})
    harness.change(NUMBER, missing_since=START, failing_since=START, failures=2)
    harness.receive("shipment.picked_up", order=NUMBER)
    row = harness.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failures"]) == (START + MINUTE, START, 2)


def test_a_search_does_not_stop_over_news_that_it_has_not_seen(harness, sought):
    harness.receive("shipment.picked_up", order=NUMBER, key="late")
    harness.clock.advance(seconds=1)
    stop(harness, sought)
    assert (harness.row(NUMBER)["stop"], harness.row(NUMBER)["due"], harness.audit_actions()) == (None, harness.clock(), [])
    assert set(harness.event_results().values()) == {"pending"}


def test_a_release_wakes_all_news_of_a_search(harness, sought):
    stop(harness, sought)
    assert SqlOperatorStore(harness.database).release(look(harness, NUMBER), "the shop has imported its orders")
    assert set(harness.event_results().values()) == {"pending"}
    assert (harness.row(NUMBER)["stop"], harness.row(NUMBER)["due"]) == (None, harness.clock())
    assert {event.result for event in take(harness).events} == {EventResult.PENDING}


def test_a_snapshot_says_how_the_news_named_the_order(harness, sought):
    assert [told.reference for told in look(harness, NUMBER).news] == ["number:ORD-1"] * 2
    harness.order_store.attach(sought, "1")
    assert [told.reference for told in look(harness, KEY).news] == ["", "number:ORD-1", "number:ORD-1"]
    assert SqlOperatorStore(harness.database).known_as(NUMBER) == ["1"]


# -------------------------------------------------------------------------------------------------------------- replay


def test_a_replay_begins_the_search_for_a_deliverys_order_anew(harness, sought):
    delivery = harness.event_rows()[1]["delivery"]
    stop(harness, sought)
    now = harness.clock.advance(days=2)
    receipt = harness.intake.replay(delivery, a_delivery(an_event("shipment.delivered", order=NUMBER, key="a")))
    assert (receipt.outcome, receipt.delivery_id, receipt.wake_ups) == ("accepted", delivery, (NUMBER,))
    row = harness.row(NUMBER)
    assert (row["stop"], row["due"], row["missing_since"]) == (None, now, None)
    assert set(harness.event_results().values()) == {"pending"}
    assert harness.audit_rows()[-1]["detail"] == f"unknown_order: delivery {delivery} was replayed"


@pytest.mark.parametrize("state", ["waiting", "found", "cancelled"])
def test_what_is_not_void_for_want_of_an_order_is_not_replayed(harness, sought, state):
    delivery = harness.event_rows()[1]["delivery"]
    if state == "found":
        harness.order_store.attach(sought, "1")
    if state == "cancelled":
        harness.order_store.attach(sought, "1")
        leased = take(harness, KEY)
        harness.order_store.finish(leased, leased.order, Done(), {told.id: EventResult.VOID for told in leased.events})
        harness.change(stop="moving_while_cancelled", stopped_at=START)
    with pytest.raises(IllegalRequest, match="is accepted: its news is in the journal"):
        harness.intake.replay(delivery, a_delivery())


# ---------------------------------------------------------------------------------------------------------- end to end


def test_the_use_case_finds_an_order_and_moves_it(harness):
    harness.api.orders["2"].number = "ORD-1"
    harness.receive("shipment.delivered", order=NUMBER, key="a")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


def test_the_use_case_gives_up_after_an_hour(harness):
    harness.receive("shipment.delivered", order=NUMBER, key="a")
    harness.run_for(hours=2)
    row = harness.row(NUMBER)
    assert (row["stop"], harness.event_results()["a"]) == (OrderMissing.reason, "void")
    assert HOUR <= row["stopped_at"] - START < HOUR + 10 * MINUTE + SECOND
