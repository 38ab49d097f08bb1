"""What the intake and the desk promise about a search that has stopped, over both databases."""

import pytest

from tests.support.clock import START
from tests.support.news import a_delivery
from tests.support.searches import NUMBER, look, stop, take
from tests.support.stories import KEY, news
from worker.domain.errors import IllegalRequest, OrderMissing
from worker.domain.events import EventEnd
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import Done, Later, OrderKey, Stopped
from worker.journal.desk import SqlDesk

PARCEL = OrderKey("main", "tracking:A")
OTHER = OrderKey("main", "2")


def test_newer_news_lifts_the_stop_of_a_search_and_a_repetition_does_not(stage, sought):
    failing = {"failures": 9, "failing_since": START, "missing_since": START}
    stop(stage, sought)
    stage.change(NUMBER, **failing)
    stage.clock.advance(hours=3)
    assert stage.hear("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert stage.row(NUMBER)["stop"] == "unknown_order"
    stage.hear("shipment.picked_up", order=NUMBER)
    row = stage.row(NUMBER)
    assert (row["stop"], row["stop_detail"], row["stopped_at"], row["due"]) == (None, "", None, stage.clock())
    assert {row[name] for name in failing} == {0, None}


def test_newer_news_lifts_no_stop_of_an_order(stage, turn):
    stage.turns.release(turn, turn.order, Stopped("unknown_order"), {})
    stage.hear("shipment.picked_up", "A")
    assert stage.row()["stop"] == "unknown_order"


def test_newer_news_neither_shortens_the_wait_of_a_search_nor_forgets_what_failed(stage, sought):
    stage.turns.release(sought, sought.order, Later(START + MINUTE, "unknown_order", firm=True), {})
    stage.change(NUMBER, missing_since=START, failing_since=START, failures=2)
    stage.hear("shipment.picked_up", order=NUMBER)
    row = stage.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failures"]) == (START + MINUTE, START, 2)


def test_a_search_does_not_stop_over_news_that_it_has_not_seen(stage, sought):
    stage.hear("shipment.picked_up", order=NUMBER, key="late")
    stage.clock.advance(seconds=1)
    stop(stage, sought)
    assert (stage.row(NUMBER)["stop"], stage.row(NUMBER)["due"], stage.remarks()) == (None, stage.clock(), [])
    assert set(stage.ends().values()) == {"pending"}


def test_a_release_wakes_all_news_of_a_search(stage, sought):
    stop(stage, sought)
    assert SqlDesk(stage.database).release(look(stage, NUMBER), "the shop has imported its orders")
    assert set(stage.ends().values()) == {"pending"}
    assert (stage.row(NUMBER)["stop"], stage.row(NUMBER)["due"]) == (None, stage.clock())
    assert {event.end for event in take(stage).events} == {EventEnd.PENDING}


def test_a_snapshot_says_how_the_news_named_the_order(stage, sought):
    assert [told.reference for told in look(stage, NUMBER).news] == ["number:ORD-1"] * 2
    stage.turns.attach(sought, "1")
    assert [told.reference for told in look(stage, KEY).news] == ["", "number:ORD-1", "number:ORD-1"]
    assert SqlDesk(stage.database).known_as(NUMBER) == ["1"]


# -------------------------------------------------------------------------------------------------------------- replay


def test_a_replay_begins_the_search_for_a_deliverys_order_anew(stage, sought):
    delivery = stage.events()[1]["delivery"]
    stop(stage, sought)
    now = stage.clock.advance(days=2)
    receipt = stage.intake.replay(delivery, a_delivery(news("shipment.delivered", order=NUMBER, key="a")))
    assert (receipt.outcome, receipt.delivery_id, receipt.nudges) == ("accepted", delivery, (NUMBER,))
    row = stage.row(NUMBER)
    assert (row["stop"], row["due"], row["missing_since"]) == (None, now, None)
    assert set(stage.ends().values()) == {"pending"}
    assert stage.told()[-1]["detail"] == f"unknown_order: delivery {delivery} was replayed"


@pytest.mark.parametrize("state", ["waiting", "found", "cancelled"])
def test_what_is_not_void_for_want_of_an_order_is_not_replayed(stage, sought, state):
    delivery = stage.events()[1]["delivery"]
    if state == "found":
        stage.turns.attach(sought, "1")
    if state == "cancelled":
        stage.turns.attach(sought, "1")
        turn = take(stage, KEY)
        stage.turns.release(turn, turn.order, Done(), {told.id: EventEnd.VOID for told in turn.events})
        stage.change(stop="moving_while_cancelled", stopped_at=START)
    with pytest.raises(IllegalRequest, match="is accepted: its news is in the journal"):
        stage.intake.replay(delivery, a_delivery())


# ---------------------------------------------------------------------------------------------------------- end to end


def test_the_use_case_finds_an_order_and_moves_it(stage):
    stage.api.orders["2"].number = "ORD-1"
    stage.hear("shipment.delivered", order=NUMBER, key="a")
    stage.live(seconds=30)
    assert (stage.api.orders["2"].status, stage.ends()["a"]) == ("completed", "applied")
    assert sorted(stage.keys()) == [KEY, OTHER]


def test_the_use_case_gives_up_after_an_hour(stage):
    stage.hear("shipment.delivered", order=NUMBER, key="a")
    stage.live(hours=2)
    row = stage.row(NUMBER)
    assert (row["stop"], stage.ends()["a"]) == (OrderMissing.reason, "void")
    assert HOUR <= row["stopped_at"] - START < HOUR + 10 * MINUTE + SECOND
