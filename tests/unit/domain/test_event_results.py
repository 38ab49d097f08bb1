"""Which events need a read, and the result of each event."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.events import KEY, an_event, recorded
from tests.support.fake_order_api import position_of
from worker.domain.events import EventResult
from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.lifecycle.event_results import event_results
from worker.domain.lifecycle.lifecycle import may_coalesce, needs_no_read, observe, resting_result
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, WaitReason
from worker.domain.results import Done, Later
from worker.domain.stages import Stage, TerminalStatus

MANUAL = Policy(accept=Accept.MANUAL, complete_after=DAY)


def order_at(status, revision=1, **fields):
    return observe(Order(KEY, revision=revision, **fields), Reading(status, position_of(status), START))


class TestEventsThatNeedNoRead:
    def needs_no_read(self, order, *events, seen=0):
        entries = recorded(*events)
        order = replace(order, revision=max(order.revision, len(entries)), seen_revision=seen)
        return needs_no_read(order, weigh(entries, order.acknowledged), [e for e in entries if e.revision > seen])

    @pytest.mark.parametrize("name", ["shipment.in_transit", "order.accepted", "shipment.delivery_failed"])
    def test_an_event_of_a_confirmed_stage_costs_no_call(self, name):
        assert self.needs_no_read(order_at("shipped"), an_event(name))

    @pytest.mark.parametrize("name", ["hint", "order.delivered", "shipment.delivered", "shipment.lost"])
    def test_any_other_event_needs_a_read(self, name):
        assert not self.needs_no_read(order_at("shipped"), an_event(name))

    @pytest.mark.parametrize(
        "left", [{"stage": None}, {"unread": True}, {"sending": Stage.DELIVERED}, {"behind_at": START}]
    )
    def test_an_order_that_was_not_left_at_rest_needs_a_read_whatever_the_event(self, left):
        assert not self.needs_no_read(replace(order_at("shipped"), **left), an_event("shipment.in_transit"))

    def test_a_reconciliation_without_new_events_needs_a_read(self):
        assert not self.needs_no_read(order_at("shipped"), an_event("order.shipped"), seen=1)

    def test_a_repeated_hint_is_not_lost_among_other_events(self):
        events = recorded(an_event("shipment.in_transit"))
        order = replace(order_at("shipped"), revision=2, seen_revision=0)
        assert not needs_no_read(order, weigh(events), events)

    def test_a_cancelled_order_is_read_again_only_when_a_parcel_moves(self):
        closed = replace(order_at("shipped"), closed=TerminalStatus.CANCELLED, closed_revision=1)
        moved = an_event("shipment.in_transit", "A")
        assert self.needs_no_read(closed, moved, an_event("shipment.created", "B"), seen=1)
        assert not self.needs_no_read(closed, moved, an_event("shipment.in_transit", "B"), seen=1)

    def test_a_delivered_order_at_rest_waits_for_its_completion(self):
        assert resting_result(order_at("delivered"), Evidence(), MANUAL) == Later(
            START + DAY, WaitReason.COMPLETE_AFTER
        )
        assert resting_result(order_at("shipped"), Evidence(), MANUAL) == Done()
        assert resting_result(order_at("completed"), Evidence(), MANUAL) == Done()


class TestHints:
    def may_coalesce(self, now, read_at=START, revision=2, seen=1, unseen=("hint",)):
        order = Order(KEY, revision=revision, seen_revision=seen, read_at=read_at)
        return may_coalesce(order, recorded(*map(an_event, unseen)), now)

    def test_hints_within_five_seconds_of_a_read_wait(self):
        assert self.may_coalesce(START + 5 * SECOND - 1)
        assert self.may_coalesce(START, unseen=())
        assert not self.may_coalesce(START + 5 * SECOND)

    def test_other_events_do_not_wait(self):
        assert not self.may_coalesce(START, unseen=("hint", "order.shipped"))

    def test_an_order_that_is_due_without_new_events_does_not_wait(self):
        assert not self.may_coalesce(START, revision=1, unseen=())

    def test_nothing_waits_for_an_order_that_was_never_read_or_was_read_in_the_future(self):
        assert not self.may_coalesce(START, read_at=None)
        assert not self.may_coalesce(START - HOUR)


class TestResults:
    def results(self, order, *events, requested=None, stopped=False):
        entries = recorded(*events)
        evidence = weigh(entries, order.acknowledged)
        results = event_results(order, evidence, entries, requested or {}, stopped=stopped)
        return [results.get(e.id, EventResult.PENDING).value for e in entries]

    def test_an_event_known_when_its_stage_was_requested_is_applied_and_a_later_one_is_superseded(self):
        order = order_at("shipped")
        events = [an_event("shipment.picked_up"), an_event("shipment.in_transit")]
        assert self.results(order, *events, requested={Stage.SHIPPED: 1}) == ["applied", "superseded"]
        assert self.results(order, *events) == ["superseded", "superseded"]

    def test_a_hint_is_pending_until_a_read(self):
        assert self.results(order_at("shipped", unread=True), an_event("hint")) == ["noted"]
        assert self.results(replace(order_at("shipped"), unread=True), an_event("hint")) == ["pending"]

    @pytest.mark.parametrize("name", ["shipment.created", "shipment.delivery_failed", "shipment.cancelled"])
    def test_an_event_that_moves_nothing_is_noted(self, name):
        assert self.results(order_at("pending"), an_event(name)) == ["noted"]

    def test_an_alarm_has_the_result_of_the_stop_that_it_causes(self):
        lost = an_event("shipment.lost")
        assert self.results(order_at("shipped"), lost, stopped=True) == ["stopped"]
        assert self.results(order_at("shipped"), lost) == ["pending"]
        assert self.results(replace(order_at("shipped"), acknowledged=1), lost) == ["noted"]

    def test_an_event_ahead_of_the_stage_is_pending_stopped_or_void_with_its_order(self):
        ahead = an_event("order.delivered")
        assert self.results(order_at("shipped"), ahead) == ["pending"]
        assert self.results(order_at("shipped"), ahead, stopped=True) == ["stopped"]
        assert self.results(order_at("cancelled"), ahead) == ["void"]

    def test_a_delivered_parcel_of_two_waits_for_the_other(self):
        events = [an_event("shipment.delivered", "A", parcels=2), an_event("shipment.in_transit", "B")]
        assert self.results(order_at("shipped"), *events) == ["pending", "superseded"]
