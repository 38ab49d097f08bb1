"""A turn walks an order as far as its evidence carries it, and the journal tells the whole story."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, meanwhile, moves_to
from tests.support.stories import KEY
from worker.domain.errors import Conflict, Throttled
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
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


def test_news_that_comes_in_between_read_and_write_is_read_before_anything_is_written(stage):
    stage.hear("shipment.picked_up")
    stage.api.script("read", meanwhile(lambda: stage.hear("shipment.lost")))
    assert stage.turn() == Stopped("shipment_lost", "the order is pending, and the courier says lost")
    assert (stage.api.reads, stage.api.writes) == (2, [])


def test_news_that_comes_in_during_the_last_write_keeps_the_order_due(stage):
    stage.hear("shipment.picked_up")
    stage.policy = replace(stage.policy, complete_after=DAY)
    stage.api.orders["1"].status = "accepted"
    stage.api.script("write", meanwhile(lambda: stage.hear("shipment.delivered")))
    assert isinstance(stage.turn(), Later)
    assert stage.api.writes == ["shipped", "delivered"]


@pytest.mark.parametrize(
    ("disturbance", "calls"),
    [
        (lambda stage: stage.hear("shipment.created", "A"), 2),
        (lambda stage: stage.holds.hold("main", "operator", HOUR), 1),
    ],
)
def test_a_payment_is_not_forgotten_when_its_step_was_put_off_and_other_news_comes_in(stage, disturbance, calls):
    stage.hear("hint")
    stage.api.script("read", meanwhile(lambda: disturbance(stage)))
    stage.turn()
    assert stage.api.reads == calls
    stage.hear("shipment.created", "B")
    stage.live(hours=2)
    assert stage.api.writes == ["accepted"]


@pytest.mark.parametrize("failure", [Throttled(wait=MINUTE), Conflict("409")])
def test_a_payment_is_not_forgotten_when_its_step_was_refused_and_other_news_comes_in(stage, failure):
    stage.hear("hint")
    stage.api.script("write", fails(failure))
    stage.turn()
    stage.hear("shipment.created", "B")
    stage.live(hours=1)
    assert stage.api.writes == ["accepted", "accepted"]


def test_a_repeated_hint_is_not_forgotten_among_other_news(stage):
    stage.api.orders["1"].paid = False
    stage.hear("hint", key="order.paid")
    stage.turn()
    stage.clock.advance(minutes=1)
    stage.api.orders["1"].paid = True
    stage.hear("hint", key="order.paid")
    stage.hear("shipment.created", "A")
    stage.turn()
    assert stage.api.writes == ["accepted"]


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


def test_orders_of_an_account_that_no_setting_names_wait_and_say_why(stage):
    stage.hear("order.shipped")
    assert stage.advance(apis={})(KEY) is None
    stage.holds.hold_strangers({"another"})
    assert stage.held() == {"not_configured": None}
    assert stage.due.claim(10, 0) == []
    stage.holds.hold_strangers({KEY.account})
    assert stage.held() == {}
    assert stage.due.claim(10, 0) == [KEY]


def test_an_account_without_orders_is_no_stranger(stage):
    stage.holds.hold_strangers({"another"})
    assert stage.held() == {}


def test_the_platforms_echo_of_our_own_write_does_not_slow_the_walk_down(stage):
    stage.hear("order.completed")
    stage.api.script("write", *4 * [meanwhile(lambda: stage.hear("hint"))])
    end = stage.turn()
    assert stage.api.writes == ["accepted", "shipped", "delivered", "completed"]
    # Only the echo of the last write is left, and waits for others of its kind.
    assert end == Later(stage.row()["read_at"] + 5 * SECOND, "just_read")


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
