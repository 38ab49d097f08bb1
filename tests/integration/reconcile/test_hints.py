"""A hint only says "read that order again": soon, and at most once in five seconds."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.fake_order_api import fails, meanwhile
from worker.domain.errors import Transient
from worker.domain.instants import SECOND
from worker.domain.lifecycle.lifecycle import COALESCE_HINTS
from worker.domain.orders import Payment
from worker.domain.reasons import Accept, WaitReason
from worker.domain.results import Done, Later


@pytest.fixture
def read_order(harness):
    """An order that was read a second ago, at rest and unpaid."""
    harness.api.orders["1"].payment = Payment.UNPAID
    harness.accept("hint", key="order.created")
    assert harness.reconcile() == Done()
    harness.clock.advance(seconds=1)
    return harness


def test_a_hint_leads_to_a_read(read_order):
    assert read_order.api.reads == 1
    assert read_order.event_results() == {"order.created": "noted"}


@pytest.mark.parametrize("key", ["order.updated", "order.created"])
def test_a_hint_right_after_a_read_waits_and_then_leads_to_a_read(read_order, key):
    read_order.api.orders["1"].payment = Payment.PAID
    read_order.receive("hint", key=key)
    read_at = read_order.row()["read_at"]
    assert read_order.reconcile() == Later(read_at + COALESCE_HINTS, WaitReason.JUST_READ)
    assert read_order.api.reads == 1
    read_order.run_for(seconds=4)
    assert read_order.api.writes == ["accepted"]
    assert set(read_order.event_results().values()) == {"noted"}


def test_a_hint_that_waits_for_its_read_is_pending(read_order):
    read_order.receive("hint", key="order.updated")
    read_order.reconcile()
    assert read_order.event_results()["order.updated"] == "pending"
    assert read_order.row()["unread"]


def test_a_stream_of_hints_leads_to_one_read_in_five_seconds(read_order):
    for _ in range(50):
        read_order.receive("hint")
        read_order.clock.advance(milliseconds=400)
        read_order.reconcile()
    reads = [call.at for call in read_order.api.calls]
    assert 4 <= len(reads) - 1 <= 5
    assert all(later - earlier >= COALESCE_HINTS for earlier, later in pairwise(reads))


def test_a_courier_event_does_not_wait_with_hints(read_order):
    read_order.receive("hint")
    read_order.receive("shipment.picked_up")
    assert read_order.reconcile() == Done()
    assert read_order.api.writes == ["accepted", "shipped"]


def test_a_hint_whose_read_failed_is_pending_until_another_read(read_order):
    read_order.clock.advance(minutes=1)
    read_order.api.script("read", fails(Transient("503")))
    read_order.receive("hint", key="order.updated")
    read_order.reconcile()
    assert read_order.event_results()["order.updated"] == "pending"
    read_order.receive("shipment.created", "A")
    read_order.run_for(seconds=5)
    assert read_order.api.reads == 3
    assert read_order.event_results()["order.updated"] == "noted"


def test_a_hint_about_our_own_write_costs_one_read_and_no_write(read_order):
    read_order.api.script("write", meanwhile(lambda: read_order.receive("hint")))
    read_order.policy = replace(read_order.policy, accept=Accept.ALWAYS)
    read_order.clock.advance(seconds=10)
    read_order.receive("order.shipped")
    read_order.run_for(seconds=30)
    assert read_order.api.writes == ["accepted", "shipped"]
    assert read_order.api.reads == 3


def test_a_clock_that_is_set_back_makes_no_hint_wait_for_hours(read_order):
    read_order.clock.advance(hours=-3)
    read_order.change(due=None)
    read_order.receive("hint")
    assert read_order.reconcile() == Done()
    assert read_order.api.reads == 2
    assert read_order.row()["read_at"] <= read_order.clock() + SECOND
