"""An order that an operator has closed rests until newer news needs a person."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY, an_event, event_lists, recorded
from worker.domain.events import Event, EventResult
from worker.domain.evidence.evidence import ALARMS, Evidence, weigh
from worker.domain.instants import DAY
from worker.domain.lifecycle.event_results import event_results
from worker.domain.lifecycle.forecast import Forecast, forecast
from worker.domain.lifecycle.lifecycle import decide, needs_no_read, resting_result, rests_closed
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.results import Done, Stopped
from worker.domain.stages import STAGES, Stage, TerminalStatus

CLOSED = Order(
    KEY, revision=2, seen_revision=2, stage=Stage.SHIPPED, status="shipped", acknowledged=2, closed_by_operator=2
)
LATER = Policy(complete_after=DAY)


def evidence(*events: Event, acknowledged: int = 2) -> Evidence:
    return weigh(recorded(*events), acknowledged)


def closed_after(events: list[Event], **columns: Any) -> Order:
    """Return an order that was closed when the first half of *events* was known."""
    known = len(events) // 2
    return replace(
        CLOSED,
        revision=len(events),
        seen_revision=known,
        acknowledged=known,
        closed_by_operator=max(known, 1),
        **columns,
    )


@given(events=event_lists(), stage=st.sampled_from([None, *STAGES]), closed=st.sampled_from([None, *TerminalStatus]))
def test_only_newer_news_that_needs_a_person_opens_a_closed_order(events, stage, closed):
    known = len(events) // 2
    order = closed_after(events, stage=stage, closed=closed)
    weighed = weigh(recorded(*events), order.acknowledged)
    new = recorded(*events)[known:]
    if rests_closed(order, weighed):
        assert needs_no_read(order, weighed, new)
        assert resting_result(order, weighed, Policy()) == Done()
        assert forecast(order, weighed, Policy(), START) == Forecast((), Done())
        results = event_results(order, weighed, new, {}, stopped=False)
        assert set(results) == {event.id for event in new}, "none is pending"
        assert EventResult.STOPPED not in results.values()
        assert not weighed.alarms
    else:
        assert closed or any(event.event.name in ALARMS for event in new)


@given(events=event_lists(), stage=st.sampled_from(STAGES))
def test_no_step_follows_from_a_closed_order_whatever_the_platform_shows(events, stage):
    order = closed_after(events, stage=stage)
    weighed = weigh(recorded(*events), order.acknowledged)
    result = decide(order, weighed, Reading(stage, stage, START), Policy(), START)
    assert isinstance(result, Stopped) if weighed.alarm else result == Done()


def test_a_closed_order_that_is_delivered_is_not_completed():
    order = replace(CLOSED, stage=Stage.DELIVERED, delivered_at=START - DAY)
    assert resting_result(order, evidence(), LATER) == Done()
    assert resting_result(replace(order, closed_by_operator=0), evidence(), LATER) != Done()


def test_an_open_order_does_not_rest_closed():
    assert not rests_closed(replace(CLOSED, closed_by_operator=0), evidence())
    assert rests_closed(CLOSED, evidence())


@pytest.mark.parametrize("terminal", TerminalStatus)
def test_a_parcel_that_moves_opens_a_closed_order_that_is_cancelled(terminal):
    order = replace(CLOSED, closed=terminal, closed_revision=1, revision=3)
    moved = evidence(an_event("hint"), an_event("shipment.created", "A"), an_event("shipment.in_transit", "A"))
    assert not rests_closed(order, moved)
    assert rests_closed(replace(order, acknowledged=3), moved)
    assert rests_closed(replace(order, closed_revision=3), moved)
