"""A turn walks an order as far as its evidence carries it, and the journal tells the whole story."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, moves_to, unimpeded
from worker.domain.instants import DAY, MINUTE
from worker.domain.orders import Done, Later, OrderKey, Stopped


def test_one_read_and_one_write_a_step_carry_an_order_to_its_end(stage):
    stage.hear("shipment.delivered", "TRK1")
    assert stage.turn() == Done()
    assert stage.api.reads == 1
    assert stage.api.writes == ["accepted", "shipped", "delivered", "completed"]
    assert stage.steps() == [(place, "confirmed") for place in stage.api.writes]


def test_a_settled_order_is_free_and_nothing_of_it_is_due(stage):
    stage.hear("shipment.picked_up")
    stage.turn()
    row = stage.row()
    assert (row["lease_token"], row["due"], row["sending"], row["unread"]) == (None, None, None, False)
    assert (row["seen_revision"], row["place"], row["status"]) == (1, "shipped", "shipped")
    assert stage.turn() is None
    assert len(stage.api.calls) == 3


def test_the_place_is_confirmed_by_the_platform_and_by_nothing_else(stage):
    stage.hear("shipment.picked_up")
    stage.api.orders["1"].status = "delivered"
    stage.turn()
    assert stage.api.writes == ["completed"]
    assert stage.row()["place"] == "completed"


def test_repeated_news_causes_no_further_call(stage):
    assert stage.hear("shipment.picked_up", key="evt") == "accepted"
    stage.turn()
    calls = len(stage.api.calls)
    assert stage.hear("shipment.picked_up", key="evt") == "duplicate"
    stage.live(minutes=1)
    assert len(stage.api.calls) == calls


def test_news_of_a_place_that_was_passed_ends_without_a_call(stage):
    stage.hear("shipment.picked_up", key="first")
    stage.turn()
    calls = len(stage.api.calls)
    stage.hear("shipment.in_transit", key="second")
    assert stage.turn() == Done()
    assert len(stage.api.calls) == calls
    assert stage.ends() == {"first": "applied", "second": "superseded"}


def test_an_answer_that_shows_more_than_was_asked_for_is_adopted(stage):
    stage.hear("order.shipped")
    stage.api.script("write", moves_to("delivered"))
    assert stage.turn() == Done()
    assert stage.api.writes == ["accepted", "completed"]


@pytest.mark.parametrize("ending", ["cancelled", "refunded"])
def test_an_answer_that_shows_an_ending_closes_the_order(stage, ending):
    stage.hear("order.delivered", key="evt")
    stage.api.script("write", moves_to(ending))
    assert stage.turn() == Done()
    assert stage.api.writes == ["accepted"]
    assert (stage.row()["closed"], stage.row()["sending"]) == (ending, None)
    assert stage.ends() == {"evt": "void"}
    assert stage.remarks() == ["closed"]


def test_a_parcel_that_moves_after_the_cancellation_stops_the_order_and_nothing_is_written(stage):
    stage.api.orders["1"].status = "cancelled"
    stage.hear("shipment.created", "A")
    assert stage.turn() == Done()
    stage.hear("shipment.picked_up", "A", key="evt")
    assert isinstance(stage.turn(), Stopped)
    assert (stage.row()["stop"], stage.ends()["evt"]) == ("moving_while_cancelled", "stopped")
    assert stage.api.writes == []


@pytest.mark.parametrize("answered_to", ["read", "write"])
def test_an_unknown_status_stops_the_order_and_is_named(stage, answered_to):
    stage.hear("order.delivered")
    stage.api.script(answered_to, moves_to("on_hold"))
    stage.turn()
    assert stage.row()["stop"] == "unknown_status"
    assert "on_hold" in stage.row()["stop_detail"]
    stage.live(hours=1)
    assert len(stage.api.writes) == (answered_to == "write")


def test_an_order_moved_back_by_hand_is_left_where_it_was_put(stage):
    stage.hear("shipment.picked_up")
    stage.turn()
    stage.api.orders["1"].status = "pending"
    stage.hear("order.delivered")
    first = stage.turn()
    assert isinstance(first, Later)
    assert first.due == stage.clock() + MINUTE
    stage.live(seconds=59)
    assert stage.row()["stop"] is None
    stage.live(seconds=1)
    assert stage.row()["stop"] == "moved_back"
    assert stage.api.writes == ["accepted", "shipped"]


def test_a_glance_behind_that_was_a_mistake_stops_nothing(stage):
    stage.hear("shipment.picked_up")
    stage.turn()
    stage.hear("order.delivered")
    stage.api.orders["1"].status = "accepted"
    stage.turn()
    stage.api.orders["1"].status = "shipped"
    stage.live(minutes=2)
    assert stage.api.writes[-2:] == ["delivered", "completed"]


def test_completion_waits_from_the_first_read_that_shows_delivered(stage):
    stage.policy = replace(stage.policy, complete_after=DAY)
    stage.hear("order.delivered")
    began = stage.clock()
    assert stage.turn() == Later(began + DAY, "complete_after")
    stage.clock.advance(hours=1)
    stage.hear("shipment.in_transit")
    assert stage.turn() == Later(began + DAY, "complete_after")
    stage.live(hours=22, minutes=59)
    assert "completed" not in stage.api.writes
    stage.live(minutes=1)
    assert stage.api.writes[-1] == "completed"


def test_a_return_while_completion_waits_stops_it(stage):
    stage.policy = replace(stage.policy, complete_after=DAY)
    stage.hear("shipment.delivered", "A")
    stage.turn()
    stage.hear("shipment.returned", "A", key="evt")
    stage.live(days=2)
    assert (stage.row()["stop"], stage.ends()["evt"]) == ("shipment_returned", "stopped")
    assert "completed" not in stage.api.writes


def test_a_dry_run_writes_nothing(stage):
    stage.policy = replace(stage.policy, dry_run=True)
    stage.hear("order.delivered")
    stage.live(hours=3)
    assert stage.api.writes == []
    assert stage.row()["waiting"] == "dry_run"


def test_a_defect_of_ours_is_counted_and_tried_again_later(stage):
    stage.hear("order.accepted")
    stage.api.script("read", fails(KeyError("a defect")))
    with pytest.raises(KeyError):
        stage.turn()
    assert (stage.row()["waiting"], stage.row()["waiting_detail"]) == ("internal_error", "KeyError")
    assert stage.row()["failures"] == 1
    assert stage.row()["not_before"] == stage.row()["due"]


def test_an_order_that_the_journal_does_not_know_gets_no_turn(stage):
    assert stage.turn(OrderKey("main", "404")) is None
    assert stage.api.calls == []


def test_news_of_every_place_that_was_asked_for_is_applied(stage):
    stage.hear("order.accepted", key="first")
    stage.hear("order.shipped", key="second")
    assert stage.turn() == Done()
    assert stage.ends() == {"first": "applied", "second": "applied"}


def test_completion_that_is_recorded_with_the_delivery_was_asked_for_with_it(stage):
    stage.hear("order.completed", key="evt")
    stage.api.script("write", unimpeded, unimpeded, moves_to("completed"))
    assert stage.turn() == Done()
    assert stage.api.writes == ["accepted", "shipped", "delivered"]
    assert stage.ends() == {"evt": "applied"}


def test_completion_by_another_hand_was_not(stage):
    stage.hear("order.completed", key="evt")
    stage.api.script("write", unimpeded, moves_to("completed"))
    assert stage.turn() == Done()
    assert stage.api.writes == ["accepted", "shipped"]
    assert stage.ends() == {"evt": "superseded"}


def test_delivery_alone_does_not_count_as_completion(stage):
    stage.policy = replace(stage.policy, complete_after=DAY)
    stage.hear("order.delivered", key="delivered")
    stage.turn()
    stage.api.orders["1"].status = "completed"
    stage.hear("order.completed", key="completed")
    assert stage.turn() == Done()
    assert stage.ends() == {"delivered": "applied", "completed": "superseded"}
