"""Events that come in during a reconciliation are neither missed nor considered too late."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, meanwhile
from worker.domain.errors import Conflict, Throttled
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import Payment
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped


def test_an_event_that_comes_in_between_read_and_write_counts_before_anything_is_written(harness):
    harness.accept("shipment.picked_up")
    harness.api.script("read", meanwhile(lambda: harness.receive("shipment.lost")))
    assert harness.reconcile() == Stopped(StopReason.SHIPMENT_LOST, "the order is pending, and the courier says lost")
    assert (harness.api.reads, harness.api.writes) == (2, [])


def test_an_event_that_comes_in_during_the_last_write_keeps_the_order_due(harness):
    harness.accept("shipment.picked_up")
    harness.policy = replace(harness.policy, complete_after=DAY)
    harness.api.orders["1"].status = "accepted"
    harness.api.script("write", meanwhile(lambda: harness.receive("shipment.delivered")))
    assert isinstance(harness.reconcile(), Later)
    assert harness.api.writes == ["shipped", "delivered"]


@pytest.mark.parametrize(
    ("disturbance", "calls"),
    [
        (lambda harness: harness.receive("shipment.created", "A"), 2),
        (lambda harness: harness.holds.hold("main", "operator", HOUR), 1),
    ],
)
def test_a_payment_is_not_forgotten_when_its_step_was_put_off_and_another_event_comes_in(harness, disturbance, calls):
    harness.accept("hint")
    harness.api.script("read", meanwhile(lambda: disturbance(harness)))
    harness.reconcile()
    assert harness.api.reads == calls
    harness.accept("shipment.created", "B")
    harness.run_for(hours=2)
    assert harness.api.writes == ["accepted"]


@pytest.mark.parametrize("failure", [Throttled(wait=MINUTE), Conflict("409")])
def test_a_payment_is_not_forgotten_when_its_step_was_refused_and_another_event_comes_in(harness, failure):
    harness.accept("hint")
    harness.api.script("write", fails(failure))
    harness.reconcile()
    harness.accept("shipment.created", "B")
    harness.run_for(hours=1)
    assert harness.api.writes == ["accepted", "accepted"]


def test_a_repeated_hint_is_not_forgotten_among_other_events(harness):
    harness.api.orders["1"].payment = Payment.UNPAID
    harness.accept("hint", key="order.paid")
    harness.reconcile()
    harness.clock.advance(minutes=1)
    harness.api.orders["1"].payment = Payment.PAID
    harness.receive("hint", key="order.paid")
    harness.accept("shipment.created", "A")
    harness.reconcile()
    assert harness.api.writes == ["accepted"]


def test_hints_about_our_own_writes_do_not_delay_the_next_steps(harness):
    harness.accept("order.completed")
    harness.api.script("write", *4 * [meanwhile(lambda: harness.receive("hint"))])
    result = harness.reconcile()
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]
    # Only the hint about the last write is pending; it waits because more hints may follow.
    assert result == Later(harness.row()["read_at"] + 5 * SECOND, WaitReason.JUST_READ)
