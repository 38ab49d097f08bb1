"""The life of an order, decision by decision."""

from dataclasses import replace

import pytest

from tests.clock import START
from tests.fake_order_api import standing_of
from tests.stories import DAY, HOUR, KEY, MINUTE, SECOND, news, recorded
from worker.domain.events import EventEnd
from worker.domain.evidence import Evidence, weigh
from worker.domain.lifecycle import asks_nothing, confirm, decide, ends, observe, only_hinted, rest
from worker.domain.orders import ROAD, Done, Ending, Later, Order, Place, Policy, Reading, Step, Stopped

PENDING, ACCEPTED, SHIPPED, DELIVERED, COMPLETED = ROAD
MANUAL = Policy(accept="manual", complete_after=DAY)


def shows(status, at=START, paid=False):
    return Reading(status, standing_of(status), at, paid)


def order_at(status, revision=1, **known):
    return observe(Order(KEY, revision=revision, **known), shows(status))


def decided(order, reading, *events, policy=MANUAL, now=START):
    return decide(observe(order, reading), weigh(recorded(*events)), reading, policy, now)


def saying(place):
    return news(f"order.{place}")


class TestSteps:
    @pytest.mark.parametrize("shown", ROAD)
    @pytest.mark.parametrize("said", ROAD[1:])
    def test_the_next_place_is_asked_for_and_none_beyond_it(self, shown, said):
        found = decided(Order(KEY), shows(shown), saying(said))
        if ROAD.index(said) > ROAD.index(shown):
            assert found == Step(ROAD[ROAD.index(shown) + 1], START, inferred=ROAD[ROAD.index(shown) + 1] is not said)
        else:
            assert found == (Later(START + DAY, "complete_after") if shown == "delivered" else Done())

    def test_a_filled_in_step_is_marked_and_dated_by_its_evidence(self):
        parcel = news("shipment.delivered", "TRK1", at=START + HOUR, url="https://a.example")
        found = decided(Order(KEY), shows("accepted"), parcel, news("shipment.in_transit", "TRK1"), now=START + DAY)
        assert found == Step(SHIPPED, START, tracking=(("TRK1", "https://a.example"),))
        assert decided(Order(KEY), shows("pending"), parcel) == Step(
            ACCEPTED, START + HOUR, inferred=True, tracking=(("TRK1", "https://a.example"),)
        )

    @pytest.mark.parametrize(
        ("accept", "paid", "accepted"),
        [
            ("paid", True, True),
            ("paid", False, False),
            ("paid", None, False),
            ("always", False, True),
            ("always", None, True),
            ("manual", True, False),
        ],
    )
    def test_a_pending_order_is_accepted_as_the_account_wants(self, accept, paid, accepted):
        found = decided(Order(KEY), shows("pending", paid=paid), policy=Policy(accept=accept))
        assert found == (Step(ACCEPTED, START, inferred=True) if accepted else Done())

    def test_a_pick_up_proves_acceptance_whatever_the_account_wants(self):
        assert decided(Order(KEY), shows("pending"), news("shipment.picked_up")) == Step(ACCEPTED, START, inferred=True)

    def test_completion_waits_from_the_first_read_that_shows_delivered(self):
        order = observe(Order(KEY), shows("delivered", START))
        later = shows("delivered", START + HOUR)
        assert decided(order, later, now=START + HOUR) == Later(START + DAY, "complete_after")
        assert decided(order, later, now=START + DAY) == Step(COMPLETED, START + DAY, inferred=True)

    def test_completion_that_somebody_says_waits_for_nothing(self):
        assert decided(Order(KEY), shows("delivered"), saying("completed")) == Step(COMPLETED, START)

    def test_a_dry_run_writes_nothing_and_says_what_it_would(self):
        found = decided(Order(KEY), shows("accepted"), saying("shipped"), policy=replace(MANUAL, dry_run=True))
        assert found == Later(START + HOUR, "dry_run", "the next step would be shipped")


class TestWhatAReadShows:
    def test_a_place_ahead_is_adopted(self):
        order = observe(order_at("accepted"), shows("delivered"))
        assert (order.place, order.delivered_at) == (DELIVERED, START)

    def test_a_second_look_does_not_move_the_day_of_delivery(self):
        assert observe(order_at("delivered"), shows("delivered", START + HOUR)).delivered_at == START

    @pytest.mark.parametrize("status", ["cancelled", "refunded", "completed"])
    @pytest.mark.parametrize("said", ROAD[1:])
    def test_nothing_is_written_to_an_order_that_is_over(self, status, said):
        order = observe(Order(KEY, revision=1), shows(status))
        assert order.closed == status
        assert decided(Order(KEY, revision=1), shows(status), saying(said)) == Done()

    @pytest.mark.parametrize("status", ["processing", "Accepted", "", "on_hold"])
    def test_an_unknown_status_stops_the_order_and_is_named(self, status):
        found = decided(order_at("accepted"), shows(status), saying("shipped"))
        assert isinstance(found, Stopped)
        assert found.reason == "unknown_status"
        assert f"“{status}”" in found.detail

    def test_an_order_behind_its_confirmed_place_is_read_again_before_it_stops(self):
        order = observe(order_at("shipped"), shows("accepted", START))
        assert order.place is SHIPPED
        assert decided(order, shows("accepted", START), saying("delivered")) == Later(
            START + MINUTE, "moved_back", "the platform shows accepted"
        )
        early, late = shows("accepted", START + MINUTE - 1), shows("accepted", START + MINUTE)
        assert isinstance(decided(order, early, saying("delivered"), now=START + MINUTE - 1), Later)
        assert decided(order, late, saying("delivered"), now=START + MINUTE) == Stopped(
            "moved_back", "the platform shows accepted after it had confirmed shipped"
        )

    def test_an_order_that_is_back_in_its_place_is_looked_at_afresh(self):
        behind = observe(order_at("shipped"), shows("accepted"))
        back = observe(behind, shows("shipped", START + SECOND))
        assert back.behind_at is None
        assert observe(back, shows("accepted", START + DAY)).behind_at == START + DAY

    def test_an_order_that_was_opened_again_by_hand_goes_on(self):
        closed = order_at("cancelled")
        assert decided(closed, shows("accepted"), saying("shipped")) == Step(SHIPPED, START)
        assert observe(closed, shows("accepted")).closed is None

    @pytest.mark.parametrize("ending", ["cancelled", "refunded"])
    def test_only_a_parcel_that_moves_later_stops_a_cancelled_order(self, ending):
        told = recorded(news("shipment.picked_up", "A"), news("shipment.in_transit", "A"))
        closed = order_at(ending, revision=1)
        assert decide(closed, weigh(told[:1]), shows(ending), MANUAL, START) == Done()
        stop = decide(closed, weigh(told), shows(ending), MANUAL, START)
        assert isinstance(stop, Stopped)
        assert stop.reason == "moving_while_cancelled"
        released = replace(closed, acknowledged=2)
        assert decide(released, weigh(told), shows(ending), MANUAL, START) == Done()

    def test_a_refund_does_not_excuse_what_moved_after_the_cancellation(self):
        told = recorded(news("shipment.created", "A"), news("shipment.in_transit", "A"))
        refunded = observe(replace(order_at("cancelled", revision=1), revision=2), shows("refunded"))
        assert (refunded.closed, refunded.closed_revision) == (Ending.REFUNDED, 1)
        assert isinstance(decide(refunded, weigh(told), shows("refunded"), MANUAL, START), Stopped)


class TestAlarms:
    @pytest.mark.parametrize("shown", ROAD[:-1])
    def test_a_loss_stops_the_order_before_any_further_step(self, shown):
        found = decided(Order(KEY), shows(shown), saying("completed"), news("shipment.lost"))
        assert found == Stopped("shipment_lost", f"the order is {shown}, and the courier says lost")

    def test_a_return_after_completion_has_a_reason_of_its_own(self):
        found = decided(Order(KEY), shows("completed"), news("shipment.returned"))
        assert isinstance(found, Stopped)
        assert found.reason == "returned_after_completion"


class TestUncertainWrites:
    def sent(self, place, at=START, **known):
        return Order(KEY, revision=1, sending=place, sent_at=at, **known)

    def test_the_same_step_may_be_sent_again(self):
        assert decided(self.sent(SHIPPED), shows("accepted"), saying("delivered")) == Step(
            SHIPPED, START, inferred=True
        )

    def test_no_further_step_is_sent_until_the_write_can_no_longer_be_applied(self):
        order, reading = self.sent(SHIPPED), shows("shipped", START + SECOND)
        assert observe(order, reading).sending is None
        assert decided(order, reading, saying("delivered"), now=START + SECOND) == Later(
            START + MANUAL.settle, "settle", "an earlier write may still be applied"
        )
        assert isinstance(decided(order, reading, saying("delivered"), now=START + MANUAL.settle), Step)

    def test_a_confirmed_repeat_does_not_settle_the_write_that_hung(self):
        order = observe(self.sent(SHIPPED), shows("accepted", START + SECOND))
        order = confirm(order, shows("shipped", START + 2 * SECOND))
        assert (order.sending, order.confirmed_at) == (None, START + 2 * SECOND)
        found = decide(order, weigh(recorded(saying("delivered"))), shows("shipped"), MANUAL, START + 3 * SECOND)
        assert isinstance(found, Later)
        assert found.due == START + MANUAL.settle

    def test_a_step_that_is_no_longer_wanted_is_looked_at_once_it_cannot_be_applied_any_more(self):
        order = self.sent(DELIVERED)
        assert isinstance(decided(order, shows("shipped"), now=START), Later)
        assert decided(order, shows("shipped"), now=START + MANUAL.settle) == Done()

    def test_an_ending_forgets_what_was_sent(self):
        order = observe(self.sent(SHIPPED), shows("cancelled"))
        assert (order.sending, order.sent_at) == (None, None)


class TestNewsThatAsksForNothing:
    def nothing(self, order, *events, seen=0):
        told = recorded(*events)
        known = replace(order, revision=max(order.revision, len(told)), seen_revision=seen)
        return asks_nothing(known, weigh(told, order.acknowledged), [e for e in told if e.revision > seen])

    @pytest.mark.parametrize("name", ["shipment.in_transit", "order.accepted", "shipment.delivery_failed"])
    def test_news_of_a_place_that_was_confirmed_costs_no_call(self, name):
        assert self.nothing(order_at("shipped"), news(name))

    @pytest.mark.parametrize("name", ["hint", "order.delivered", "shipment.delivered", "shipment.lost"])
    def test_any_other_news_wants_a_read(self, name):
        assert not self.nothing(order_at("shipped"), news(name))

    @pytest.mark.parametrize("left", [{"place": None}, {"unread": True}, {"sending": DELIVERED}, {"behind_at": START}])
    def test_an_order_that_was_not_left_at_rest_wants_a_read_whatever_the_news(self, left):
        assert not self.nothing(replace(order_at("shipped"), **left), news("shipment.in_transit"))

    def test_a_turn_without_news_is_there_for_a_read(self):
        assert not self.nothing(order_at("shipped"), news("order.shipped"), seen=1)

    def test_a_repeated_hint_is_not_lost_among_other_news(self):
        told = recorded(news("shipment.in_transit"))
        order = replace(order_at("shipped"), revision=2, seen_revision=0)
        assert not asks_nothing(order, weigh(told), told)

    def test_a_cancelled_order_is_read_again_when_a_parcel_moves_and_for_nothing_less(self):
        closed = replace(order_at("shipped"), closed=Ending.CANCELLED, closed_revision=1)
        told = news("shipment.in_transit", "A")
        assert self.nothing(closed, told, news("shipment.created", "B"), seen=1)
        assert not self.nothing(closed, told, news("shipment.in_transit", "B"), seen=1)

    def test_an_order_at_rest_waits_for_its_completion_if_that_is_what_it_waits_for(self):
        assert rest(order_at("delivered"), MANUAL) == Later(START + DAY, "complete_after")
        assert rest(order_at("shipped"), MANUAL) == Done()
        assert rest(order_at("completed"), MANUAL) == Done()


class TestHints:
    def hinted(self, now, read_at=START, revision=2, seen=1, unseen=("hint",)):
        order = Order(KEY, revision=revision, seen_revision=seen, read_at=read_at)
        return only_hinted(order, recorded(*map(news, unseen)), now)

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
    def end(self, order, *events, walked=None, stopped=False):
        told = recorded(*events)
        evidence = weigh(told, order.acknowledged)
        found = ends(order, evidence, told, walked or {}, stopped=stopped)
        return [found.get(e.id, EventEnd.PENDING).value for e in told]

    def test_news_known_when_its_place_was_asked_for_was_applied_and_later_news_is_superseded(self):
        order = order_at("shipped")
        told = [news("shipment.picked_up"), news("shipment.in_transit")]
        assert self.end(order, *told, walked={SHIPPED: 1}) == ["applied", "superseded"]
        assert self.end(order, *told) == ["superseded", "superseded"]

    def test_a_hint_is_pending_until_a_read(self):
        assert self.end(order_at("shipped", unread=True), news("hint")) == ["noted"]
        assert self.end(replace(order_at("shipped"), unread=True), news("hint")) == ["pending"]

    @pytest.mark.parametrize("name", ["shipment.created", "shipment.delivery_failed", "shipment.cancelled"])
    def test_news_that_moves_nothing_is_noted(self, name):
        assert self.end(order_at("pending"), news(name)) == ["noted"]

    def test_an_alarm_ends_as_the_stop_it_causes(self):
        lost = news("shipment.lost")
        assert self.end(order_at("shipped"), lost, stopped=True) == ["stopped"]
        assert self.end(order_at("shipped"), lost) == ["pending"]
        assert self.end(replace(order_at("shipped"), acknowledged=1), lost) == ["noted"]

    def test_news_beyond_the_place_waits_stops_with_its_order_or_is_void(self):
        told = news("order.delivered")
        assert self.end(order_at("shipped"), told) == ["pending"]
        assert self.end(order_at("shipped"), told, stopped=True) == ["stopped"]
        assert self.end(order_at("cancelled"), told) == ["void"]

    def test_a_delivered_parcel_of_two_waits_for_the_other(self):
        told = [news("shipment.delivered", "A", parcels=2), news("shipment.in_transit", "B")]
        assert self.end(order_at("shipped"), *told) == ["pending", "superseded"]


def test_evidence_of_nothing_is_the_beginning_of_the_road():
    assert weigh([]) == Evidence()
