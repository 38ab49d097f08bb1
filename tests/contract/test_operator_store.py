"""What `OperatorStore` promises about an order, over both databases."""

import pytest
from sqlalchemy import select

from tests.support.clock import START, Clock
from tests.support.harness import Harness, order_key
from worker.domain.errors import Transient
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.reasons import StopReason, WaitReason, WriteOutcome
from worker.domain.results import Later, Step, Stopped
from worker.domain.stages import Stage
from worker.ports import WriteResult
from worker.store.conditions import has_key
from worker.store.tables import orders


def test_a_snapshot_contains_all_that_happened(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1), tracking="TRK1")
    leased = harness.lease(order_key(1))
    announced = harness.order_store.announce(
        leased, Step(Stage.SHIPPED, START, inferred=True), {"status": "shipped"}, 30_000_000
    )
    assert announced is not None
    clock.advance(seconds=1)
    result = WriteResult(announced, leased.order, WriteOutcome.UNCERTAIN, Transient("no answer"))
    harness.order_store.record_answer(leased, result)
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED, "HTTP 422"), {})
    snapshot = harness.operator_store.snapshot(order_key(1))
    assert snapshot is not None
    assert (snapshot.now, snapshot.state, snapshot.row.stop_detail) == (clock.now, State.STOPPED, "HTTP 422")
    assert [(e.recorded.event.tracking, e.delivery_id) for e in snapshot.event_entries] == [("TRK1", 1)]
    (write,) = snapshot.writes
    assert (write.stage, write.fields, write.inferred) == (Stage.SHIPPED, {"status": "shipped"}, True)
    assert (write.sent_at, write.answered_at, write.outcome, write.answer) == (
        START,
        clock.now,
        "uncertain",
        "no answer",
    )
    assert [(entry.action, entry.detail) for entry in snapshot.audit_log] == [("stopped", "refused: HTTP 422")]
    assert harness.operator_store.snapshot(order_key(2)) is None


def test_the_accounts_that_have_an_order_are_known(harness: Harness):
    for account in ("main", "also"):
        harness.accept(order=order_key(1, account))
    assert harness.operator_store.accounts_with("1") == ["also", "main"]
    assert harness.operator_store.accounts_with("2") == []


def test_an_order_is_made_due_unless_it_is_stopped(harness: Harness):
    for number in (1, 2):
        harness.accept(order=order_key(number))
    harness.finish(order_key(1), Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True))
    harness.finish(order_key(2), Stopped(StopReason.REFUSED))
    assert [harness.operator_store.make_due(order_key(number), "x") for number in (1, 2, 3)] == [True, False, False]
    snapshot = harness.snapshot(order_key(1))
    assert (snapshot.state, snapshot.row.not_before, snapshot.row.waiting) == (State.DUE, None, "")
    assert harness.order_store.lease(order_key(2), 1) is None


def stop(harness: Harness, reason: StopReason = StopReason.GAVE_UP, **columns: int) -> Snapshot:
    failing = {"failing_since": START, "failures": 9, "conflicts": 2, "missing_since": START, "behind_at": START}
    for name in (EventName.DELIVERED, EventName.LOST):
        harness.accept(name, order=order_key(1))
    harness.finish(order_key(1), Stopped(reason), EventResult.STOPPED, stage=Stage.SHIPPED, **failing, **columns)
    return harness.snapshot(order_key(1))


def test_a_release_clears_all_failures_and_writes_an_audit_entry(harness: Harness, clock: Clock):
    seen = stop(harness)
    clock.advance(seconds=3)
    assert harness.operator_store.release(seen, "called the courier")
    leased = harness.lease(order_key(1))
    order = leased.order
    assert (order.acknowledged, order.failures, order.conflicts, order.stage) == (2, 0, 0, Stage.SHIPPED)
    assert (order.failing_since, order.missing_since, order.behind_at) == (None, None, None)
    entry = harness.snapshot(order_key(1)).audit_log[-1]
    assert (entry.at, entry.action, entry.detail) == (clock.now, "released", "gave_up: called the courier")


def test_after_a_release_events_that_name_a_stage_are_pending_again_and_alarms_are_not(harness: Harness):
    harness.operator_store.release(stop(harness), "a reason")
    assert [event.result for event in harness.lease(order_key(1)).events] == [EventResult.PENDING, EventResult.STOPPED]


def test_an_event_that_came_in_after_the_operator_looked_is_not_acknowledged(harness: Harness):
    seen = stop(harness)
    harness.accept(EventName.RETURNED, order=order_key(1))
    assert harness.operator_store.release(seen, "a reason")
    assert (harness.lease(order_key(1)).order.acknowledged, seen.order.revision) == (2, 2)


@pytest.mark.parametrize("change", [{"stop": "refused"}, {"stopped_at": START + 1}, {"stop": None, "stopped_at": None}])
def test_a_stop_that_the_operator_did_not_see_is_not_lifted(harness: Harness, change):
    seen = stop(harness)
    harness.change(order_key(1), **change)
    assert not harness.operator_store.release(seen, "a reason")
    with harness.database.read() as connection:
        assert connection.scalar(select(orders.c.stop).where(has_key(order_key(1)))) == change.get("stop", "gave_up")


def test_after_the_release_of_a_moved_back_order_its_next_read_decides_its_stage(harness: Harness):
    harness.operator_store.release(stop(harness, StopReason.MOVED_BACK, delivered_at=START), "a reason")
    order = harness.lease(order_key(1)).order
    assert (order.stage, order.delivered_at) == (None, None)
