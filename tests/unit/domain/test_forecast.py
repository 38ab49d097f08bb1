"""What a worker would do next, and which orders no worker will reconcile."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY, an_event, event_lists, recorded
from tests.support.snapshots import SETTLED, snapshot
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import HOUR
from worker.domain.lifecycle.forecast import forecast, is_orphaned
from worker.domain.lifecycle.lifecycle import confirm, decide, observe
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage
from worker.operations.explain.explanation import explain

AT_ONCE = Policy()
COMPLETE_AFTER_A_DAY = Policy(complete_after=24 * HOUR)


@given(event_lists(), st.sampled_from(STAGES), st.sampled_from(Accept))
def test_the_steps_of_the_forecast_are_those_that_a_worker_takes(events, stage, accept):
    evidence, policy = weigh(recorded(*events)), Policy(accept=accept)
    reading = Reading(stage, stage, START)
    order = observe(Order(KEY, revision=len(events)), reading)
    steps, result = forecast(order, evidence, policy, START)
    requested = []
    while isinstance(step := decide(order, evidence, reading, policy, START), Step):
        requested.append(step)
        reading = Reading(step.stage, step.stage, START)
        order = confirm(order, reading)
    assert (list(steps), result) == (requested, step)


def test_an_order_that_was_never_read_has_no_forecast():
    assert forecast(Order(KEY), weigh(recorded(an_event("order.shipped"))), AT_ONCE, START) == ((), None)


@pytest.mark.parametrize(
    ("events", "order"),
    [
        ((an_event("order.shipped"),), {}),
        ((an_event("shipment.lost"),), {}),
        ((), {"revision": 4, "seen_revision": 3}),
        ((), {"unread": True}),
        ((), {"sending": Stage.SHIPPED, "sent_at": START}),
        ((), {"stage": Stage.DELIVERED, "status": "delivered", "delivered_at": START}),
    ],
)
def test_an_order_with_something_left_to_do_and_no_due_time_is_orphaned(events, order):
    seen = snapshot(*events, order=order, **SETTLED)
    explanation = explain(seen, COMPLETE_AFTER_A_DAY)
    assert is_orphaned(seen, COMPLETE_AFTER_A_DAY)
    assert (explanation.reason, explanation.needs_person) == ("orphaned", True)
    assert "This is a defect" in explanation.next_steps[1]
    assert not is_orphaned(replace(seen, row=replace(seen.row, due=START + HOUR)), COMPLETE_AFTER_A_DAY)


def test_an_order_that_waits_for_its_second_parcel_is_not_orphaned():
    first = (an_event("shipment.created", "A", parcels=2), an_event("shipment.delivered", "A"))
    assert not is_orphaned(snapshot(*first, order={"stage": Stage.SHIPPED, "status": "shipped"}, **SETTLED), AT_ONCE)
