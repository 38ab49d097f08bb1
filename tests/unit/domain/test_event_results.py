"""What news asks for, and how each event ends."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.fake_order_api import position_of
from tests.support.stories import KEY, news, recorded
from worker.domain.event_results import event_results
from worker.domain.events import EventResult
from worker.domain.evidence import weigh
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.lifecycle import has_only_hints, needs_no_read, observe, resting_result
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, WaitReason
from worker.domain.results import Done, Later
from worker.domain.stages import Stage, TerminalStatus

MANUAL = Policy(accept=Accept.MANUAL, complete_after=DAY)


def order_at(status, revision=1, **known):
    return observe(Order(KEY, revision=revision, **known), Reading(status, position_of(status), START))


class TestNewsThatAsksForNothing:
    def nothing(self, order, *events, seen=0):
        told = recorded(*events)
        known = replace(order, revision=max(order.revision, len(told)), seen_revision=seen)
        return needs_no_read(known, weigh(told, order.acknowledged), [e for e in told if e.revision > seen])

    @pytest.mark.parametrize("name", ["shipment.in_transit", "order.accepted", "shipment.delivery_failed"])
    def test_news_of_a_place_that_was_confirmed_costs_no_call(self, name):
        assert self.nothing(order_at("shipped"), news(name))

    @pytest.mark.parametrize("name", ["hint", "order.delivered", "shipment.delivered", "shipment.lost"])
    def test_any_other_news_wants_a_read(self, name):
        assert not self.nothing(order_at("shipped"), news(name))

    @pytest.mark.parametrize(
        "left", [{"stage": None}, {"unread": True}, {"sending": Stage.DELIVERED}, {"behind_at": START}]
    )
    def test_an_order_that_was_not_left_at_rest_wants_a_read_whatever_the_news(self, left):
        assert not self.nothing(replace(order_at("shipped"), **left), news("shipment.in_transit"))

    def test_a_turn_without_news_is_there_for_a_read(self):
        assert not self.nothing(order_at("shipped"), news("order.shipped"), seen=1)

    def test_a_repeated_hint_is_not_lost_among_other_news(self):
        told = recorded(news("shipment.in_transit"))
        order = replace(order_at("shipped"), revision=2, seen_revision=0)
        assert not needs_no_read(order, weigh(told), told)

    def test_a_cancelled_order_is_read_again_when_a_parcel_moves_and_for_nothing_less(self):
        closed = replace(order_at("shipped"), closed=TerminalStatus.CANCELLED, closed_revision=1)
        told = news("shipment.in_transit", "A")
        assert self.nothing(closed, told, news("shipment.created", "B"), seen=1)
        assert not self.nothing(closed, told, news("shipment.in_transit", "B"), seen=1)

    def test_an_order_at_rest_waits_for_its_completion_if_that_is_what_it_waits_for(self):
        assert resting_result(order_at("delivered"), MANUAL) == Later(START + DAY, WaitReason.COMPLETE_AFTER)
        assert resting_result(order_at("shipped"), MANUAL) == Done()
        assert resting_result(order_at("completed"), MANUAL) == Done()


class TestHints:
    def hinted(self, now, read_at=START, revision=2, seen=1, unseen=("hint",)):
        order = Order(KEY, revision=revision, seen_revision=seen, read_at=read_at)
        return has_only_hints(order, recorded(*map(news, unseen)), now)

    def test_hints_within_five_seconds_of_a_read_wait(self):
        assert self.hinted(START + 5 * SECOND - 1)
        assert self.hinted(START, unseen=())
        assert not self.hinted(START + 5 * SECOND)

    def test_other_news_does_not_wait(self):
        assert not self.hinted(START, unseen=("hint", "order.shipped"))

    def test_a_turn_that_is_due_without_news_does_not_wait(self):
        assert not self.hinted(START, revision=1, unseen=())

    def test_an_order_never_read_and_a_read_in_the_future_make_nobody_wait(self):
        assert not self.hinted(START, read_at=None)
        assert not self.hinted(START - HOUR)


class TestEnds:
    def result(self, order, *events, requested=None, stopped=False):
        told = recorded(*events)
        evidence = weigh(told, order.acknowledged)
        found = event_results(order, evidence, told, requested or {}, stopped=stopped)
        return [found.get(e.id, EventResult.PENDING).value for e in told]

    def test_news_known_when_its_place_was_asked_for_was_applied_and_later_news_is_superseded(self):
        order = order_at("shipped")
        told = [news("shipment.picked_up"), news("shipment.in_transit")]
        assert self.result(order, *told, requested={Stage.SHIPPED: 1}) == ["applied", "superseded"]
        assert self.result(order, *told) == ["superseded", "superseded"]

    def test_a_hint_is_pending_until_a_read(self):
        assert self.result(order_at("shipped", unread=True), news("hint")) == ["noted"]
        assert self.result(replace(order_at("shipped"), unread=True), news("hint")) == ["pending"]

    @pytest.mark.parametrize("name", ["shipment.created", "shipment.delivery_failed", "shipment.cancelled"])
    def test_news_that_moves_nothing_is_noted(self, name):
        assert self.result(order_at("pending"), news(name)) == ["noted"]

    def test_an_alarm_ends_as_the_stop_it_causes(self):
        lost = news("shipment.lost")
        assert self.result(order_at("shipped"), lost, stopped=True) == ["stopped"]
        assert self.result(order_at("shipped"), lost) == ["pending"]
        assert self.result(replace(order_at("shipped"), acknowledged=1), lost) == ["noted"]

    def test_news_beyond_the_place_waits_stops_with_its_order_or_is_void(self):
        told = news("order.delivered")
        assert self.result(order_at("shipped"), told) == ["pending"]
        assert self.result(order_at("shipped"), told, stopped=True) == ["stopped"]
        assert self.result(order_at("cancelled"), told) == ["void"]

    def test_a_delivered_parcel_of_two_waits_for_the_other(self):
        told = [news("shipment.delivered", "A", parcels=2), news("shipment.in_transit", "B")]
        assert self.result(order_at("shipped"), *told) == ["pending", "superseded"]
