import pytest
from sqlalchemy import select

from tests.support.clock import START, Clock
from tests.support.shop import Shop, key
from worker.domain.errors import Transient
from worker.domain.events import EventEnd, EventName
from worker.domain.instants import HOUR
from worker.domain.orders import Later, Place, Step, Stopped
from worker.domain.snapshot import Snapshot, State
from worker.journal.desk import SqlDesk
from worker.journal.rows import this
from worker.journal.tables import orders
from worker.ports import Answer


def test_a_snapshot_holds_all_that_happened(shop: Shop, clock: Clock):
    shop.news(key(1), tracking="TRK1")
    turn = shop.turn(key(1))
    intent = shop.turns.intend(turn, Step(Place.SHIPPED, START, inferred=True), {"status": "shipped"}, 30_000_000)
    assert intent is not None
    clock.advance(seconds=1)
    shop.turns.answered(turn, Answer(intent, turn.order, "uncertain", Transient("no answer")))
    shop.turns.release(turn, turn.order, Stopped("refused", "HTTP 422"), {})
    snapshot = SqlDesk(shop.database).snapshot(key(1))
    assert snapshot is not None
    assert (snapshot.now, snapshot.state, snapshot.row.stop_detail) == (clock.now, State.STOPPED, "HTTP 422")
    assert [(news.recorded.event.tracking, news.delivery) for news in snapshot.news] == [("TRK1", 1)]
    (sent,) = snapshot.sent
    assert (sent.place, sent.update, sent.inferred) == (Place.SHIPPED, {"status": "shipped"}, True)
    assert (sent.sent_at, sent.answered_at, sent.outcome, sent.answer) == (START, clock.now, "uncertain", "no answer")
    assert [(remark.word, remark.detail) for remark in snapshot.remarks] == [("stopped", "refused: HTTP 422")]
    assert SqlDesk(shop.database).snapshot(key(2)) is None


def test_the_desk_knows_which_accounts_have_an_order(shop: Shop):
    for account in ("main", "also"):
        shop.news(key(1, account))
    assert SqlDesk(shop.database).accounts_with("1") == ["also", "main"]
    assert SqlDesk(shop.database).accounts_with("2") == []


def test_hastening_ends_a_wait_but_no_stop(shop: Shop):
    desk = SqlDesk(shop.database)
    for number in (1, 2):
        shop.news(key(number))
    shop.end(key(1), Later(START + HOUR, "api_unavailable", firm=True))
    shop.end(key(2), Stopped("refused"))
    assert [desk.hasten(key(1)), desk.hasten(key(2)), desk.hasten(key(3))] == [True, False, False]
    hastened = desk.snapshot(key(1))
    assert hastened is not None
    assert (hastened.state, hastened.row.not_before, hastened.row.waiting) == (State.DUE, None, "")
    assert shop.turns.take(key(2), 1) is None


def stopped(shop: Shop, reason: str = "gave_up", **remembered: int) -> Snapshot:
    failing = {"failing_since": START, "failures": 9, "conflicts": 2, "missing_since": START, "behind_at": START}
    for name in (EventName.DELIVERED, EventName.LOST):
        shop.news(key(1), name)
    shop.end(key(1), Stopped(reason), EventEnd.STOPPED, place=Place.SHIPPED, **failing, **remembered)
    seen = SqlDesk(shop.database).snapshot(key(1))
    assert seen is not None
    return seen


def test_a_release_makes_the_order_as_good_as_new_and_leaves_a_remark(shop: Shop, clock: Clock):
    seen = stopped(shop)
    clock.advance(seconds=3)
    assert SqlDesk(shop.database).release(seen, "called the courier")
    turn = shop.turn(key(1))
    order = turn.order
    assert (order.acknowledged, order.failures, order.conflicts, order.place) == (2, 0, 0, Place.SHIPPED)
    assert (order.failing_since, order.missing_since, order.behind_at) == (None, None, None)
    found = SqlDesk(shop.database).snapshot(key(1))
    assert found is not None
    assert (found.remarks[-1].word, found.remarks[-1].detail) == ("released", "gave_up: called the courier")
    assert found.remarks[-1].at == clock.now


def test_after_a_release_news_that_speaks_for_a_place_waits_for_it_and_alarms_stay_silent(shop: Shop):
    SqlDesk(shop.database).release(stopped(shop), "a reason")
    assert [event.end for event in shop.turn(key(1)).events] == [EventEnd.PENDING, EventEnd.STOPPED]


def test_news_that_came_in_after_the_look_is_not_acknowledged(shop: Shop):
    seen = stopped(shop)
    shop.news(key(1), EventName.RETURNED)
    assert SqlDesk(shop.database).release(seen, "a reason")
    assert (shop.turn(key(1)).order.acknowledged, seen.order.revision) == (2, 2)


@pytest.mark.parametrize("change", [{"stop": "refused"}, {"stopped_at": START + 1}, {"stop": None, "stopped_at": None}])
def test_a_stop_that_is_not_the_one_seen_is_not_lifted(shop: Shop, change):
    seen = stopped(shop)
    shop.change(key(1), **change)
    assert not SqlDesk(shop.database).release(seen, "a reason")
    with shop.database.read() as connection:
        assert connection.scalar(select(orders.c.stop).where(this(key(1)))) == change.get("stop", "gave_up")


def test_after_moved_back_the_platforms_next_word_is_believed(shop: Shop):
    SqlDesk(shop.database).release(stopped(shop, "moved_back", delivered_at=START), "a reason")
    order = shop.turn(key(1)).order
    assert (order.place, order.delivered_at) == (None, None)
