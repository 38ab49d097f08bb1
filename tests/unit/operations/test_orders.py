"""What an operator may do with an order, and what the rules forbid."""

from dataclasses import replace

import pytest

from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Hold, Snapshot
from worker.domain.stages import STAGES, Stage, TerminalStatus


def test_a_reference_is_not_advanced():
    operator = Operator(snapshot(OrderKey("main", "number:1"), stage=None))
    with operator.refuses("main/number:1 is a reference"):
        operator.operations.advance(OrderKey("main", "number:1"), Stage.SHIPPED, "a reason", create=True)
    assert operator.changed_nothing()


def test_an_order_that_the_database_does_not_know_cannot_be_shown():
    with Operator().refuses("knows no order main/17"):
        Operator().operations.snapshot(KEY)


# ------------------------------------------------------------------------------------------------------------- advance


def test_advancing_writes_an_event_and_enqueues_the_order():
    operator = Operator(snapshot(stage=Stage.ACCEPTED))
    assert "main/17 is to reach delivered" in operator.operations.advance(KEY, Stage.DELIVERED, "the customer called")
    (event,) = (recorded.event for recorded in operator.intake.events.values())
    assert (event.source, event.name, event.order) == ("operator", EventName.ORDER_DELIVERED, KEY)
    assert (event.occurred_at, event.note) == (NOW, "the customer called")
    assert operator.wake_ups.keys == [KEY]


@pytest.mark.parametrize("stage", [Stage.PENDING, Stage.ACCEPTED, Stage.SHIPPED])
def test_an_order_is_advanced_only_to_a_stage_ahead(stage):
    operator = Operator(snapshot(stage=Stage.SHIPPED))
    with operator.refuses("every order begins as pending|already shipped.*never goes back"):
        operator.operations.advance(KEY, stage, "a reason")
    assert operator.changed_nothing()


@pytest.mark.parametrize("closed", [TerminalStatus.CANCELLED, TerminalStatus.REFUNDED, Stage.COMPLETED])
def test_a_closed_order_is_not_advanced(closed):
    operator = Operator(snapshot(closed=closed))
    with operator.refuses(f"closed \\({closed}\\)"):
        operator.operations.advance(KEY, Stage.DELIVERED, "a reason")
    assert operator.changed_nothing()


def test_a_stopped_order_is_released_before_it_is_advanced():
    operator = Operator(snapshot(stop="shipment_lost", stopped_at=NOW))
    with operator.refuses("stopped \\(shipment_lost\\).*orders release"):
        operator.operations.advance(KEY, Stage.DELIVERED, "a reason")
    assert operator.changed_nothing()


def test_an_unknown_order_is_created_only_with_create():
    operator = Operator()
    with operator.refuses("--create"):
        operator.operations.advance(KEY, Stage.SHIPPED, "a reason")
    assert operator.changed_nothing()
    operator.operations.advance(KEY, Stage.SHIPPED, "a reason", create=True)
    assert operator.wake_ups.keys == [KEY]


@pytest.mark.parametrize("reason", ["", "  ", "\x1b\n"])
def test_nothing_is_done_without_a_reason(reason):
    operator = Operator(snapshot(stop="gave_up", stopped_at=NOW), snapshot(OrderKey("main", "18")))
    with operator.refuses("a reason is needed"):
        operator.operations.advance(OrderKey("main", "18"), Stage.DELIVERED, reason)
    with operator.refuses("a reason is needed"):
        operator.operations.release(KEY, reason)
    assert operator.changed_nothing()


def test_an_order_can_be_advanced_to_every_stage_but_the_first():
    for stage in STAGES[1:]:
        operator = Operator()
        operator.operations.advance(KEY, stage, "a reason", create=True)
        (event,) = (recorded.event for recorded in operator.intake.events.values())
        assert event.name == f"order.{stage}"


def test_an_event_that_the_database_does_not_accept_is_refused_with_the_reason():
    operator = Operator()
    operator.operations.advance(KEY, Stage.SHIPPED, "a reason", create=True)
    with operator.refuses("did not accept the event: duplicate$"):
        operator.operations.advance(KEY, Stage.SHIPPED, "a reason", create=True)
    assert operator.wake_ups.keys == [KEY]


# --------------------------------------------------------------------------------------------------- retry and release


def test_retry_makes_an_order_due_and_enqueues_it():
    operator = Operator(snapshot(due=NOW + 60_000_000, waiting="api_unavailable"))
    assert "is due" in operator.operations.retry(KEY, "a reason")
    assert (operator.store.made_due, operator.wake_ups.keys) == ([(KEY, "a reason")], [KEY])


def test_retry_says_when_the_account_is_held():
    held = replace(snapshot(due=NOW).row, held=(Hold("main", "credentials", NOW),))
    assert "held (credentials)" in Operator(Snapshot(NOW, held)).operations.retry(KEY, "a reason")


def test_retry_says_when_a_worker_reconciles_the_order_already():
    leased = snapshot(due=NOW, lease_until=NOW + 60_000_000)
    assert "A worker reconciles main/17 now" in Operator(leased).operations.retry(KEY, "a reason")


def test_retry_lifts_no_stop():
    operator = Operator(snapshot(stop="refused", stopped_at=NOW))
    with operator.refuses("stopped \\(refused\\).*orders release"):
        operator.operations.retry(KEY, "a reason")
    assert operator.changed_nothing()


def test_retry_refuses_an_order_that_has_just_stopped():
    operator = Operator(snapshot(due=NOW), overtaken=True)
    with operator.refuses("has changed meanwhile"):
        operator.operations.retry(KEY, "a reason")
    assert operator.wake_ups.keys == []


def test_release_lifts_the_stop_that_was_seen_with_the_reason():
    stopped = snapshot(stop="refused", stopped_at=NOW)
    operator = Operator(stopped)
    assert "released from refused" in operator.operations.release(KEY, "address corrected", "refused")
    assert (operator.store.released, operator.wake_ups.keys) == ([(stopped, "address corrected")], [KEY])


def test_release_needs_a_stop_for_the_named_reason():
    for seen, match in ((snapshot(), "is not stopped"), (snapshot(stop="conflict", stopped_at=NOW), "not for refused")):
        operator = Operator(seen)
        with operator.refuses(match):
            operator.operations.release(KEY, "a reason", "refused")
        assert operator.changed_nothing()


def test_a_stop_that_has_changed_meanwhile_is_not_lifted():
    operator = Operator(snapshot(stop="refused", stopped_at=NOW), overtaken=True)
    with operator.refuses("has changed meanwhile"):
        operator.operations.release(KEY, "a reason")
    assert operator.wake_ups.keys == []
