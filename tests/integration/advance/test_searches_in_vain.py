"""An order that is not found, or that several may be: looked for again, and then a person is asked."""

from tests.support.clock import START
from tests.support.fake_order_api import Shown
from tests.support.searches import NUMBER, PARCEL, waiting_news
from tests.support.stories import KEY
from worker.domain.instants import HOUR
from worker.domain.orders import Later, OrderKey


def test_an_order_that_nobody_knows_is_looked_for_ever_more_slowly_for_an_hour_and_then_stops(stage):
    waiting_news(stage)
    end = stage.turn(NUMBER)
    assert isinstance(end, Later)
    assert (end.reason, end.detail, end.firm) == ("unknown_order", "no order has the number ORD-1", True)
    assert stage.row(NUMBER)["read_at"] == stage.clock()
    stage.live(minutes=59)
    assert (stage.row(NUMBER)["stop"], stage.ends()) == (None, {"evt": "pending"})
    stage.live(minutes=15)
    row = stage.row(NUMBER)
    assert (row["stop"], row["stop_detail"]) == ("unknown_order", "no order has the number ORD-1")
    assert (stage.ends(), stage.remarks()) == ({"evt": "void"}, ["stopped"])
    searches = len(stage.api.searches)
    assert 8 < searches < 25
    stage.live(days=3)
    assert len(stage.api.searches) == searches


def test_an_order_that_is_made_within_the_hour_is_found(stage):
    waiting_news(stage)
    stage.live(minutes=30)
    stage.api.orders["1"] = Shown(number="ORD-1")
    stage.live(minutes=20)
    assert (stage.keys(), stage.row()["status"], stage.ends()) == ([KEY], "shipped", {"evt": "applied"})


def test_of_several_orders_none_is_chosen(numbered):
    numbered.api.orders |= {order_id: Shown(number="ORD-1") for order_id in ("2", "3")}
    waiting_news(numbered)
    end = numbered.turn(NUMBER)
    assert isinstance(end, Later)
    assert (end.reason, end.detail) == ("ambiguous_order", "several orders have the number ORD-1, among them 1 and 2")
    numbered.live(hours=2)
    assert (numbered.row(NUMBER)["stop"], numbered.ends()) == ("ambiguous_order", {"evt": "void"})
    assert (numbered.api.reads, numbered.api.writes, numbered.keys()) == (0, [], [NUMBER])


def test_a_parcel_of_several_orders_that_the_journal_knows_is_nobodys(numbered):
    for order in ("1", "2"):
        numbered.hear("shipment.created", "TRK1", order=OrderKey("main", order))
    numbered.hear("shipment.delivered", "TRK1", order=PARCEL)
    end = numbered.turn(PARCEL)
    assert isinstance(end, Later)
    assert (end.reason, numbered.api.searches) == ("ambiguous_order", [])
    assert numbered.row(PARCEL)["read_at"] is None


def test_one_search_does_not_find_its_order_by_another_one(stage):
    stage.hear("shipment.picked_up", "TRK1", order=NUMBER)
    stage.hear("shipment.delivered", "TRK1", order=PARCEL)
    assert isinstance(stage.turn(PARCEL), Later)
    assert sorted(stage.keys()) == [NUMBER, PARCEL]


def test_news_that_comes_in_at_the_end_of_the_hour_waits_an_hour_too(stage):
    waiting_news(stage)
    stage.live(minutes=59)
    waiting_news(stage, key="late")
    stage.live(minutes=59)
    assert (stage.row(NUMBER)["stop"], stage.ends()["late"]) == (None, "pending")
    stage.live(minutes=25)
    assert (stage.row(NUMBER)["stop"], stage.ends()) == ("unknown_order", {"evt": "void", "late": "void"})


def test_news_that_never_ends_does_not_keep_a_search_going_for_ever(stage):
    waiting_news(stage)
    while stage.row(NUMBER)["stop"] is None:
        stage.live(minutes=50)
        if stage.row(NUMBER)["stop"] is None:
            waiting_news(stage, key=f"at {stage.clock()}")
        assert stage.clock() - START < stage.policy.retry_for + 2 * HOUR
    assert stage.row(NUMBER)["stop"] == "gave_up"


def test_newer_news_begins_a_search_that_has_stopped_anew(stage):
    waiting_news(stage)
    stage.live(hours=2)
    searches = len(stage.api.searches)
    waiting_news(stage, key="newer")
    row = stage.row(NUMBER)
    assert (row["stop"], row["due"], row["failures"], row["missing_since"]) == (None, stage.clock(), 0, None)
    assert isinstance(stage.turn(NUMBER), Later)
    assert len(stage.api.searches) == searches + 1
    stage.live(minutes=50)
    stage.api.orders["1"] = Shown(number="ORD-1")
    stage.live(minutes=10)
    assert stage.ends() == {"evt": "applied", "newer": "applied"}


def test_a_repetition_does_not_begin_a_search_anew(stage):
    waiting_news(stage)
    stage.live(hours=2)
    assert stage.hear("shipment.picked_up", order=NUMBER, key="evt") == "duplicate"
    assert stage.row(NUMBER)["stop"] == "unknown_order"
