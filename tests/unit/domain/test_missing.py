"""An order waits for a missing parcel as long as there is news of its parcels; then a person is told."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.decisions import MANUAL, decided, order_at, shows
from tests.support.events import an_event, recorded
from worker.domain.evidence.evidence import weigh
from worker.domain.evidence.missing import MISSING_FOR
from worker.domain.instants import DAY, HOUR
from worker.domain.lifecycle.lifecycle import resting_result
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage, TerminalStatus

LABEL = an_event("shipment.created", "A")
ARRIVED = an_event("shipment.delivered", "B", at=START + HOUR)
ENDS = START + HOUR + MISSING_FOR
WAITS = Later(ENDS, WaitReason.PARCELS, "1 of 2 parcels has arrived, not A")


def rests(order, *events):
    return resting_result(order, weigh(recorded(*events), order.acknowledged), MANUAL)


def test_an_order_of_which_one_parcel_has_arrived_waits_for_the_other():
    assert decided(order_at("shipped"), shows("shipped"), LABEL, ARRIVED) == WAITS
    assert rests(order_at("shipped"), LABEL, ARRIVED) == WAITS


def test_after_two_weeks_without_news_a_person_is_told():
    assert decided(order_at("shipped"), shows("shipped"), LABEL, ARRIVED, now=ENDS - 1) == WAITS
    assert decided(order_at("shipped"), shows("shipped"), LABEL, ARRIVED, now=ENDS) == Stopped(
        StopReason.PARCEL_MISSING, "1 of 2 parcels has arrived, not A, and there was no news for 14 days"
    )


def test_news_of_any_parcel_prolongs_the_wait():
    moved = an_event("shipment.in_transit", "A", at=START + 9 * DAY)
    assert decided(order_at("shipped"), shows("shipped"), LABEL, ARRIVED, moved, now=ENDS) == replace(
        WAITS, due=START + 9 * DAY + MISSING_FOR
    )


def test_news_counts_when_it_is_received_because_a_sender_may_be_late():
    late = replace(ARRIVED, received_at=START + 9 * DAY)
    assert rests(order_at("shipped"), LABEL, late) == replace(WAITS, due=START + 9 * DAY + MISSING_FOR)


def test_after_a_release_the_order_waits_anew_and_a_person_is_told_again():
    released = order_at("shipped", acknowledged=2, acknowledged_at=ENDS + HOUR)
    again = replace(WAITS, due=ENDS + HOUR + MISSING_FOR)
    assert decided(released, shows("shipped"), LABEL, ARRIVED, now=ENDS + HOUR) == again
    assert isinstance(decided(released, shows("shipped"), LABEL, ARRIVED, now=again.due), Stopped)
    news = an_event("shipment.in_transit", "A", at=ENDS + DAY)
    assert rests(released, LABEL, ARRIVED, news) == replace(WAITS, due=ENDS + DAY + MISSING_FOR)


@pytest.mark.parametrize(
    "order",
    [
        order_at("delivered"),
        order_at("completed"),
        order_at("cancelled"),
        replace(order_at("shipped"), closed=TerminalStatus.REFUNDED),
        replace(order_at("shipped"), closed_by_operator=1),
        replace(order_at("shipped"), stage=None),
    ],
)
def test_an_order_that_needs_no_parcel_does_not_wait_for_one(order):
    assert getattr(rests(order, LABEL, ARRIVED), "reason", None) is not WaitReason.PARCELS


@pytest.mark.parametrize("events", [[LABEL], [ARRIVED], [an_event("shipment.picked_up", "A"), LABEL], []])
def test_an_order_of_which_none_or_all_parcels_have_arrived_does_not_wait(events):
    assert rests(order_at("shipped"), *events) == Done()


def test_a_long_list_of_missing_parcels_is_cut():
    labels = [an_event("shipment.created", number) for number in "CDEFG"]
    arrived = [ARRIVED, an_event("shipment.delivered", "A")]
    assert rests(order_at("shipped"), *labels, *arrived).detail == "2 of 7 parcels have arrived, not C, D, E, …"


def test_a_parcel_that_is_only_announced_has_no_name():
    announced = replace(ARRIVED, parcels=2)
    assert rests(order_at("shipped"), announced).detail == "1 of 2 parcels has arrived"
    assert weigh(recorded(announced)).target == Stage.SHIPPED
