"""A hint says only "read that order again": soon, but not more often than every five seconds."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.fake_order_api import fails, meanwhile
from worker.domain.errors import Transient
from worker.domain.instants import SECOND
from worker.domain.lifecycle import COALESCE_HINTS
from worker.domain.orders import Payment
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later


@pytest.fixture
def shop(harness):
    """An order that was read a second ago, at rest and unpaid."""
    harness.api.orders["1"].payment = Payment.UNPAID
    harness.receive("hint", key="order.created")
    assert harness.reconcile() == Done()
    harness.clock.advance(seconds=1)
    return harness


def test_a_hint_leads_to_a_read(shop):
    assert shop.api.reads == 1
    assert shop.event_results() == {"order.created": "noted"}


@pytest.mark.parametrize("key", ["order.updated", "order.created"])
def test_a_hint_right_after_a_read_waits_for_its_read_and_gets_it(shop, key):
    shop.api.orders["1"].payment = Payment.PAID
    shop.receive("hint", key=key)
    read_at = shop.row()["read_at"]
    assert shop.reconcile() == Later(read_at + COALESCE_HINTS, WaitReason.JUST_READ)
    assert shop.api.reads == 1
    shop.run_for(seconds=4)
    assert shop.api.writes == ["accepted"]
    assert set(shop.event_results().values()) == {"noted"}


def test_a_hint_that_waits_for_its_read_is_pending(shop):
    shop.receive("hint", key="order.updated")
    shop.reconcile()
    assert shop.event_results()["order.updated"] == "pending"
    assert shop.row()["unread"]


def test_a_stream_of_hints_leads_to_one_read_in_five_seconds(shop):
    for _ in range(50):
        shop.receive("hint")
        shop.clock.advance(milliseconds=400)
        shop.reconcile()
    reads = [call.at for call in shop.api.calls]
    assert 4 <= len(reads) - 1 <= 5
    assert all(later - earlier >= COALESCE_HINTS for earlier, later in pairwise(reads))


def test_a_courier_does_not_wait_behind_hints(shop):
    shop.receive("hint")
    shop.receive("shipment.picked_up")
    assert shop.reconcile() == Done()
    assert shop.api.writes == ["accepted", "shipped"]


def test_a_hint_whose_read_failed_is_still_owed_one(shop):
    shop.clock.advance(minutes=1)
    shop.api.script("read", fails(Transient("503")))
    shop.receive("hint", key="order.updated")
    shop.reconcile()
    assert shop.event_results()["order.updated"] == "pending"
    shop.receive("shipment.created", "A")
    shop.run_for(seconds=5)
    assert shop.api.reads == 3
    assert shop.event_results()["order.updated"] == "noted"


def test_a_hint_about_our_own_write_costs_one_read_and_no_write(shop):
    shop.api.script("write", meanwhile(lambda: shop.receive("hint")))
    shop.policy = replace(shop.policy, accept="always")
    shop.clock.advance(seconds=10)
    shop.receive("order.shipped")
    shop.run_for(seconds=30)
    assert shop.api.writes == ["accepted", "shipped"]
    assert shop.api.reads <= 4


def test_a_clock_that_is_set_back_makes_no_hint_wait_for_hours(shop):
    shop.clock.advance(hours=-3)
    shop.change(due=None)
    shop.receive("hint")
    assert shop.reconcile() == Done()
    assert shop.api.reads == 2
    assert shop.row()["read_at"] <= shop.clock() + SECOND
