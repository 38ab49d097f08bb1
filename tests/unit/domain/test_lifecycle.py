"""The decisions about an order, one by one."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.decisions import MANUAL, decided, naming, order_at, shows
from tests.support.events import KEY, an_event, recorded
from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.lifecycle.lifecycle import decide, observe, resting_result
from worker.domain.orders import Order, Payment
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, StopReason, WaitReason
from worker.domain.results import Done, Later, Step, Stopped
from worker.domain.stages import STAGES, TerminalStatus

PENDING, ACCEPTED, SHIPPED, DELIVERED, COMPLETED = STAGES


class TestSteps:
    @pytest.mark.parametrize("shown", STAGES)
    @pytest.mark.parametrize("named", STAGES[1:])
    def test_the_step_goes_to_the_next_stage_and_not_beyond(self, shown, named):
        decision = decided(Order(KEY), shows(shown), naming(named))
        if STAGES.index(named) > STAGES.index(shown):
            goal = STAGES[STAGES.index(shown) + 1]
            completes = (goal, named) == (DELIVERED, COMPLETED)
            assert decision == Step(goal, START, inferred=goal is not named, completes=completes)
        else:
            assert decision == (Later(START + DAY, WaitReason.COMPLETE_AFTER) if shown == "delivered" else Done())

    def test_an_inferred_step_is_marked_and_dated_by_its_evidence(self):
        parcel = an_event("shipment.delivered", "TRK1", at=START + HOUR, tracking_url="https://a.example")
        moved = an_event("shipment.in_transit", "TRK1")
        decision = decided(Order(KEY), shows("accepted"), parcel, moved, now=START + DAY)
        assert decision == Step(SHIPPED, START, tracking=(("TRK1", "https://a.example"),))
        assert decided(Order(KEY), shows("pending"), parcel) == Step(
            ACCEPTED, START + HOUR, inferred=True, tracking=(("TRK1", "https://a.example"),)
        )

    @pytest.mark.parametrize(
        ("accept", "payment", "accepted"),
        [
            (Accept.PAID, Payment.PAID, True),
            (Accept.PAID, Payment.UNPAID, False),
            (Accept.PAID, Payment.UNKNOWN, False),
            (Accept.ALWAYS, Payment.UNPAID, True),
            (Accept.ALWAYS, Payment.UNKNOWN, True),
            (Accept.MANUAL, Payment.PAID, False),
        ],
    )
    def test_a_pending_order_is_accepted_according_to_the_policy(self, accept, payment, accepted):
        decision = decided(Order(KEY), shows("pending", payment=payment), policy=Policy(accept=accept))
        assert decision == (Step(ACCEPTED, START, inferred=True) if accepted else Done())

    def test_a_pick_up_proves_acceptance_under_any_policy(self):
        decision = decided(Order(KEY), shows("pending"), an_event("shipment.picked_up"))
        assert decision == Step(ACCEPTED, START, inferred=True)

    def test_completion_counts_from_the_first_read_that_shows_delivered(self):
        order = observe(Order(KEY), shows("delivered", START))
        later = shows("delivered", START + HOUR)
        assert decided(order, later, now=START + HOUR) == Later(START + DAY, WaitReason.COMPLETE_AFTER)
        assert decided(order, later, now=START + DAY) == Step(COMPLETED, START + DAY, inferred=True)

    def test_a_completion_event_does_not_wait_for_complete_after(self):
        assert decided(Order(KEY), shows("delivered"), naming("completed")) == Step(COMPLETED, START)

    @pytest.mark.parametrize(("complete_after", "named", "completes"), [
        (0, "delivered", True),
        (HOUR, "delivered", False),
        (HOUR, "completed", True),
    ])  # fmt: skip
    def test_a_step_says_whether_completion_follows_at_once(self, complete_after, named, completes):
        policy = Policy(complete_after=complete_after)
        decision = decided(Order(KEY), shows("shipped"), naming(named), policy=policy)
        assert isinstance(decision, Step)
        assert (decision.stage, decision.completes) == (DELIVERED, completes)
        earlier = decided(Order(KEY), shows("accepted"), naming(named), policy=policy)
        assert isinstance(earlier, Step)
        assert not earlier.completes

    def test_a_dry_run_writes_nothing_and_names_the_next_step(self):
        decision = decided(Order(KEY), shows("accepted"), naming("shipped"), policy=replace(MANUAL, dry_run=True))
        assert decision == Later(START + HOUR, WaitReason.DRY_RUN, "the next step would be shipped")


class TestWhatAReadShows:
    def test_the_number_of_an_order_is_remembered_until_the_platform_shows_another(self):
        order = observe(Order(KEY), replace(shows("accepted"), number="ORD-1"))
        assert observe(order, shows("accepted")).number == "ORD-1"
        assert observe(order, replace(shows("accepted"), number="ORD-2")).number == "ORD-2"

    def test_a_stage_ahead_is_adopted(self):
        order = observe(order_at("accepted"), shows("delivered"))
        assert (order.stage, order.delivered_at) == (DELIVERED, START)

    def test_a_second_read_does_not_change_the_instant_of_delivery(self):
        assert observe(order_at("delivered"), shows("delivered", START + HOUR)).delivered_at == START

    def test_a_new_stage_resets_failures_and_the_same_stage_does_not(self):
        failing = replace(order_at("accepted"), failing_since=START, failures=3, conflicts=1)
        assert observe(failing, shows("accepted")).failing_since == START
        moved = observe(failing, shows("shipped"))
        assert (moved.failing_since, moved.failures, moved.conflicts) == (None, 0, 0)

    @pytest.mark.parametrize("status", ["cancelled", "refunded", "completed"])
    @pytest.mark.parametrize("named", STAGES[1:])
    def test_a_closed_order_takes_no_write(self, status, named):
        order = observe(Order(KEY, revision=1), shows(status))
        assert order.closed == status
        assert decided(Order(KEY, revision=1), shows(status), naming(named)) == Done()

    @pytest.mark.parametrize("status", ["processing", "Accepted", "", "on_hold"])
    def test_an_unknown_status_stops_the_order_and_is_named(self, status):
        decision = decided(order_at("accepted"), shows(status), naming("shipped"))
        assert isinstance(decision, Stopped)
        assert decision.reason == "unknown_status"
        assert f"“{status}”" in decision.detail

    def test_an_order_behind_its_confirmed_stage_stops_after_two_fresh_reads_a_minute_apart(self):
        order = observe(order_at("shipped"), shows("accepted", START, as_of=START))
        assert order.stage is SHIPPED
        assert decided(order, shows("accepted", START, as_of=START), naming("delivered")) == Later(
            START + MINUTE, WaitReason.MOVED_BACK, "the platform shows accepted"
        )
        early, late = START + MINUTE - 1, START + MINUTE
        assert isinstance(decided(order, shows("accepted", early, as_of=START), naming("delivered"), now=early), Later)
        decision = decided(order, shows("accepted", late, as_of=START), naming("delivered"), now=late)
        assert decision == Stopped(StopReason.MOVED_BACK, "the platform shows accepted after it had confirmed shipped")

    def test_it_stops_after_ten_minutes_if_no_answer_tells_its_age(self):
        order, at, reads = order_at("shipped"), START, []
        while isinstance(decision := decided(order, shows("accepted", at), naming("delivered"), now=at), Later):
            assert decision.reason is WaitReason.MOVED_BACK
            order = observe(order, shows("accepted", at))
            reads.append((at - START) // MINUTE)
            at = decision.due
        assert isinstance(decision, Stopped)
        assert (reads, at, decision.reason) == ([0, 1, 2, 4, 8], START + 10 * MINUTE, StopReason.MOVED_BACK)

    def test_an_answer_older_than_the_stage_that_was_confirmed_proves_nothing(self):
        old = shows("accepted", START + 5 * MINUTE, as_of=START - 1)
        order = observe(order_at("shipped"), old)
        assert (order.stage, order.behind_at) == (SHIPPED, None)
        assert decided(order, old, naming("delivered"), now=old.read_at) == Later(
            START + 6 * MINUTE, WaitReason.STALE_READ, "the platform shows accepted"
        )

    def test_an_old_answer_does_not_end_the_doubt_that_an_earlier_one_has_raised(self):
        order = observe(order_at("shipped"), shows("accepted", START + SECOND))
        old = shows("accepted", START + MINUTE, as_of=START - 1)
        decision = decided(order, old, naming("delivered"), now=old.read_at)
        assert isinstance(decision, Later)
        assert (decision.reason, observe(order, old).behind_at) == (WaitReason.STALE_READ, START + SECOND)

    def test_answers_that_stay_old_for_an_hour_count_as_undated(self):
        order, at = order_at("shipped"), START
        while isinstance(decision := decided(order, shows("accepted", at, as_of=START - 1), now=at), Later):
            order, at = observe(order, shows("accepted", at, as_of=START - 1)), decision.due
            assert at < START + 2 * HOUR
        assert isinstance(decision, Stopped)
        assert (at, decision.reason) == (START + 70 * MINUTE, StopReason.MOVED_BACK)

    @pytest.mark.parametrize("order", [Order(KEY, stage=SHIPPED), Order(KEY, stage=SHIPPED, confirmed_at=START)])
    def test_without_the_time_of_the_stage_the_last_confirmed_write_counts(self, order):
        read = shows("accepted", START + MINUTE, as_of=START - 1)
        is_stale = order.confirmed_at is not None
        assert (observe(order, read).behind_at is None) is is_stale

    def test_an_order_that_is_back_at_its_stage_may_be_behind_again_later(self):
        behind = observe(order_at("shipped"), shows("accepted"))
        back = observe(behind, shows("shipped", START + SECOND))
        assert back.behind_at is None
        assert observe(back, shows("accepted", START + DAY)).behind_at == START + DAY

    def test_an_order_that_was_reopened_by_hand_goes_on(self):
        closed = order_at("cancelled")
        assert decided(closed, shows("accepted"), naming("shipped")) == Step(SHIPPED, START)
        assert observe(closed, shows("accepted")).closed is None

    @pytest.mark.parametrize("status", ["cancelled", "refunded"])
    def test_only_a_parcel_that_moves_later_stops_a_cancelled_order(self, status):
        events = recorded(an_event("shipment.picked_up", "A"), an_event("shipment.in_transit", "A"))
        closed = order_at(status, revision=1)
        assert decide(closed, weigh(events[:1]), shows(status), MANUAL, START) == Done()
        stop = decide(closed, weigh(events), shows(status), MANUAL, START)
        assert isinstance(stop, Stopped)
        assert stop.reason == "moving_while_cancelled"
        released = replace(closed, acknowledged=2)
        assert decide(released, weigh(events), shows(status), MANUAL, START) == Done()

    def test_a_parcel_that_moved_between_cancellation_and_refund_stops_the_order(self):
        events = recorded(an_event("shipment.created", "A"), an_event("shipment.in_transit", "A"))
        refunded = observe(replace(order_at("cancelled", revision=1), revision=2), shows("refunded"))
        assert (refunded.closed, refunded.closed_revision) == (TerminalStatus.REFUNDED, 1)
        assert isinstance(decide(refunded, weigh(events), shows("refunded"), MANUAL, START), Stopped)

    @pytest.mark.parametrize("status", ["completed", "cancelled", "refunded"])
    def test_the_end_is_when_a_read_first_showed_it(self, status):
        ended = observe(order_at("shipped"), shows(status, START + HOUR))
        assert ended.closed_at == START + HOUR
        assert observe(ended, shows(status, START + DAY)).closed_at == START + HOUR

    def test_an_order_that_was_opened_again_has_no_end(self):
        cancelled = order_at("cancelled", closed_at=START)
        assert observe(cancelled, shows("accepted", START + DAY)).closed_at is None


class TestAlarms:
    @pytest.mark.parametrize("shown", STAGES[:-1])
    def test_a_loss_stops_the_order_before_any_further_step(self, shown):
        decision = decided(Order(KEY), shows(shown), naming("completed"), an_event("shipment.lost"))
        assert decision == Stopped(StopReason.SHIPMENT_LOST, f"the order is {shown}, and the courier says lost")

    def test_a_return_after_completion_has_a_reason_of_its_own(self):
        decision = decided(Order(KEY), shows("completed"), an_event("shipment.returned"))
        assert isinstance(decision, Stopped)
        assert decision.reason == "returned_after_completion"


def test_without_events_the_evidence_is_empty():
    assert weigh([]) == Evidence()


def test_a_stop_tells_a_person_what_the_platform_and_the_courier_say():
    shipped = an_event("shipment.picked_up", "TRK1")
    moved = decide(order_at("cancelled", 0), weigh(recorded(shipped)), shows("cancelled"), MANUAL, START)
    returned, lost = an_event("shipment.returned", "TRK1"), an_event("shipment.lost", "TRK1")
    assert moved == Stopped(
        StopReason.MOVING_WHILE_CANCELLED, "the order is cancelled at the platform, and a parcel moves"
    )
    assert decided(Order(KEY), shows("completed"), returned) == Stopped(
        StopReason.RETURNED_AFTER_COMPLETION, "shipment_returned came in, and the order is completed"
    )
    assert decided(Order(KEY), shows("shipped"), lost) == Stopped(
        StopReason.SHIPMENT_LOST, "the order is shipped, and the courier says lost"
    )


def test_an_order_counts_as_delivered_from_the_first_read_that_shows_it():
    assert order_at("shipped").delivered_at is None
    seen = observe(order_at("delivered"), shows("delivered", START + HOUR))
    assert seen.delivered_at == START


def test_a_cancelled_order_stays_closed_when_its_status_becomes_unknown():
    assert observe(order_at("cancelled"), shows("on_hold")).closed is TerminalStatus.CANCELLED


def test_a_cancelled_order_waits_for_no_completion():
    cancelled = observe(order_at("delivered"), shows("cancelled"))
    assert cancelled.stage is DELIVERED
    assert resting_result(cancelled, Evidence(), MANUAL) == Done()
