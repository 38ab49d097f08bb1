"""The life of an order, decision by decision."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.decisions import MANUAL, decided, order_at, saying, shows
from tests.support.stories import KEY, news, recorded
from worker.domain.evidence import Evidence, weigh
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.lifecycle import decide, observe, resting_result
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Step, Stopped
from worker.domain.stages import STAGES, TerminalStatus

PENDING, ACCEPTED, SHIPPED, DELIVERED, COMPLETED = STAGES


class TestSteps:
    @pytest.mark.parametrize("shown", STAGES)
    @pytest.mark.parametrize("said", STAGES[1:])
    def test_the_next_place_is_asked_for_and_none_beyond_it(self, shown, said):
        found = decided(Order(KEY), shows(shown), saying(said))
        if STAGES.index(said) > STAGES.index(shown):
            goal = STAGES[STAGES.index(shown) + 1]
            completes = (goal, said) == (DELIVERED, COMPLETED)
            assert found == Step(goal, START, inferred=goal is not said, completes=completes)
        else:
            assert found == (Later(START + DAY, WaitReason.COMPLETE_AFTER) if shown == "delivered" else Done())

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
        assert decided(order, later, now=START + HOUR) == Later(START + DAY, WaitReason.COMPLETE_AFTER)
        assert decided(order, later, now=START + DAY) == Step(COMPLETED, START + DAY, inferred=True)

    def test_completion_that_somebody_says_waits_for_nothing(self):
        assert decided(Order(KEY), shows("delivered"), saying("completed")) == Step(COMPLETED, START)

    @pytest.mark.parametrize(("complete_after", "said", "completes"), [
        (0, "delivered", True),
        (HOUR, "delivered", False),
        (HOUR, "completed", True),
    ])  # fmt: skip
    def test_a_step_says_whether_completion_follows_at_once(self, complete_after, said, completes):
        policy = Policy(complete_after=complete_after)
        found = decided(Order(KEY), shows("shipped"), saying(said), policy=policy)
        assert (found.stage, found.completes) == (DELIVERED, completes)
        assert not decided(Order(KEY), shows("accepted"), saying(said), policy=policy).completes

    def test_a_dry_run_writes_nothing_and_says_what_it_would(self):
        found = decided(Order(KEY), shows("accepted"), saying("shipped"), policy=replace(MANUAL, dry_run=True))
        assert found == Later(START + HOUR, WaitReason.DRY_RUN, "the next step would be shipped")


class TestWhatAReadShows:
    def test_the_number_of_an_order_is_remembered_until_the_platform_shows_another(self):
        order = observe(Order(KEY), replace(shows("accepted"), number="ORD-1"))
        assert observe(order, shows("accepted")).number == "ORD-1"
        assert observe(order, replace(shows("accepted"), number="ORD-2")).number == "ORD-2"

    def test_a_place_ahead_is_adopted(self):
        order = observe(order_at("accepted"), shows("delivered"))
        assert (order.stage, order.delivered_at) == (DELIVERED, START)

    def test_a_second_look_does_not_move_the_day_of_delivery(self):
        assert observe(order_at("delivered"), shows("delivered", START + HOUR)).delivered_at == START

    def test_a_new_place_is_a_success_and_the_same_place_is_none(self):
        failing = replace(order_at("accepted"), failing_since=START, failures=3, conflicts=1)
        assert observe(failing, shows("accepted")).failing_since == START
        moved = observe(failing, shows("shipped"))
        assert (moved.failing_since, moved.failures, moved.conflicts) == (None, 0, 0)

    @pytest.mark.parametrize("status", ["cancelled", "refunded", "completed"])
    @pytest.mark.parametrize("said", STAGES[1:])
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
        assert order.stage is SHIPPED
        assert decided(order, shows("accepted", START), saying("delivered")) == Later(
            START + MINUTE, WaitReason.MOVED_BACK, "the platform shows accepted"
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
        assert (refunded.closed, refunded.closed_revision) == (TerminalStatus.REFUNDED, 1)
        assert isinstance(decide(refunded, weigh(told), shows("refunded"), MANUAL, START), Stopped)


class TestAlarms:
    @pytest.mark.parametrize("shown", STAGES[:-1])
    def test_a_loss_stops_the_order_before_any_further_step(self, shown):
        found = decided(Order(KEY), shows(shown), saying("completed"), news("shipment.lost"))
        assert found == Stopped(StopReason.SHIPMENT_LOST, f"the order is {shown}, and the courier says lost")

    def test_a_return_after_completion_has_a_reason_of_its_own(self):
        found = decided(Order(KEY), shows("completed"), news("shipment.returned"))
        assert isinstance(found, Stopped)
        assert found.reason == "returned_after_completion"


def test_evidence_of_nothing_is_the_beginning_of_the_road():
    assert weigh([]) == Evidence()


def test_a_stop_tells_a_person_what_was_seen():
    shipped = news("shipment.picked_up", "TRK1")
    moved = decide(order_at("cancelled", 0), weigh(recorded(shipped)), shows("cancelled"), MANUAL, START)
    returned, lost = news("shipment.returned", "TRK1"), news("shipment.lost", "TRK1")
    assert moved == Stopped(
        StopReason.MOVING_WHILE_CANCELLED, "the order is cancelled at the platform, yet a parcel moves"
    )
    assert decided(Order(KEY), shows("completed"), returned) == Stopped(
        "returned_after_completion", "shipment_returned came in, and the order is completed"
    )
    assert decided(Order(KEY), shows("shipped"), lost) == Stopped(
        "shipment_lost", "the order is shipped, and the courier says lost"
    )


def test_an_order_is_delivered_since_the_first_read_that_shows_it_and_no_earlier():
    assert order_at("shipped").delivered_at is None
    seen = observe(order_at("delivered"), shows("delivered", START + HOUR))
    assert seen.delivered_at == START


def test_an_order_off_the_road_stays_closed_when_its_status_is_one_that_nobody_knows():
    assert observe(order_at("cancelled"), shows("on_hold")).closed is TerminalStatus.CANCELLED


def test_an_order_off_the_road_awaits_no_completion():
    cancelled = observe(order_at("delivered"), shows("cancelled"))
    assert cancelled.stage is DELIVERED
    assert resting_result(cancelled, MANUAL) == Done()
