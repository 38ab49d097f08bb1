import pytest
from sqlalchemy import select

from tests.support.clock import START, Clock
from tests.support.harness import Harness, order_key
from worker.domain.errors import Transient
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Step, Stopped
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import Stage
from worker.ports import HttpResponse
from worker.store.operator import SqlOperatorStore
from worker.store.rows import this
from worker.store.tables import orders


def test_a_snapshot_holds_all_that_happened(harness: Harness, clock: Clock):
    harness.receive(order=order_key(1), tracking="TRK1")
    leased = harness.lease(order_key(1))
    announced = harness.order_store.announce(
        leased, Step(Stage.SHIPPED, START, inferred=True), {"status": "shipped"}, 30_000_000
    )
    assert announced is not None
    clock.advance(seconds=1)
    harness.order_store.record_answer(leased, HttpResponse(announced, leased.order, "uncertain", Transient("no answer")))
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED, "HTTP 422"), {})
    snapshot = SqlOperatorStore(harness.database).snapshot(order_key(1))
    assert snapshot is not None
    assert (snapshot.now, snapshot.state, snapshot.row.stop_detail) == (clock.now, State.STOPPED, "HTTP 422")
    assert [(news.recorded.event.tracking, news.delivery) for news in snapshot.news] == [("TRK1", 1)]
    (sent,) = snapshot.sent
    assert (sent.stage, sent.update, sent.inferred) == (Stage.SHIPPED, {"status": "shipped"}, True)
    assert (sent.sent_at, sent.answered_at, sent.outcome, sent.answer) == (START, clock.now, "uncertain", "no answer")
    assert [(remark.word, remark.detail) for remark in snapshot.audit_log] == [("stopped", "refused: HTTP 422")]
    assert SqlOperatorStore(harness.database).snapshot(order_key(2)) is None


def test_the_desk_knows_which_accounts_have_an_order(harness: Harness):
    for account in ("main", "also"):
        harness.receive(order=order_key(1, account))
    assert SqlOperatorStore(harness.database).accounts_with("1") == ["also", "main"]
    assert SqlOperatorStore(harness.database).accounts_with("2") == []


def test_hastening_ends_a_wait_but_no_stop(harness: Harness):
    store = SqlOperatorStore(harness.database)
    for number in (1, 2):
        harness.receive(order=order_key(number))
    harness.finish(order_key(1), Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True))
    harness.finish(order_key(2), Stopped(StopReason.REFUSED))
    assert [store.hasten(order_key(1)), store.hasten(order_key(2)), store.hasten(order_key(3))] == [True, False, False]
    woken_early = store.snapshot(order_key(1))
    assert woken_early is not None
    assert (woken_early.state, woken_early.row.not_before, woken_early.row.waiting) == (State.DUE, None, "")
    assert harness.order_store.lease(order_key(2), 1) is None


def stopped(harness: Harness, reason: str = "gave_up", **remembered: int) -> Snapshot:
    failing = {"failing_since": START, "failures": 9, "conflicts": 2, "missing_since": START, "behind_at": START}
    for name in (EventName.DELIVERED, EventName.LOST):
        harness.receive(name, order=order_key(1))
    harness.finish(order_key(1), Stopped(reason), EventResult.STOPPED, stage=Stage.SHIPPED, **failing, **remembered)
    seen = SqlOperatorStore(harness.database).snapshot(order_key(1))
    assert seen is not None
    return seen


def test_a_release_makes_the_order_as_good_as_new_and_leaves_a_remark(harness: Harness, clock: Clock):
    seen = stopped(harness)
    clock.advance(seconds=3)
    assert SqlOperatorStore(harness.database).release(seen, "called the courier")
    leased = harness.lease(order_key(1))
    order = leased.order
    assert (order.acknowledged, order.failures, order.conflicts, order.stage) == (2, 0, 0, Stage.SHIPPED)
    assert (order.failing_since, order.missing_since, order.behind_at) == (None, None, None)
    found = SqlOperatorStore(harness.database).snapshot(order_key(1))
    assert found is not None
    assert (found.audit_log[-1].word, found.audit_log[-1].detail) == ("released", "gave_up: called the courier")
    assert found.audit_log[-1].at == clock.now


def test_after_a_release_news_that_speaks_for_a_place_waits_for_it_and_alarms_stay_silent(harness: Harness):
    SqlOperatorStore(harness.database).release(stopped(harness), "a reason")
    assert [event.result for event in harness.lease(order_key(1)).events] == [EventResult.PENDING, EventResult.STOPPED]


def test_news_that_came_in_after_the_look_is_not_acknowledged(harness: Harness):
    seen = stopped(harness)
    harness.receive(EventName.RETURNED, order=order_key(1))
    assert SqlOperatorStore(harness.database).release(seen, "a reason")
    assert (harness.lease(order_key(1)).order.acknowledged, seen.order.revision) == (2, 2)


@pytest.mark.parametrize("change", [{"stop": "refused"}, {"stopped_at": START + 1}, {"stop": None, "stopped_at": None}])
def test_a_stop_that_is_not_the_one_seen_is_not_lifted(harness: Harness, change):
    seen = stopped(harness)
    harness.change(order_key(1), **change)
    assert not SqlOperatorStore(harness.database).release(seen, "a reason")
    with harness.database.read() as connection:
        assert connection.scalar(select(orders.c.stop).where(this(order_key(1)))) == change.get("stop", "gave_up")


def test_after_moved_back_the_platforms_next_word_is_believed(harness: Harness):
    SqlOperatorStore(harness.database).release(stopped(harness, "moved_back", delivered_at=START), "a reason")
    order = harness.lease(order_key(1)).order
    assert (order.stage, order.delivered_at) == (None, None)
