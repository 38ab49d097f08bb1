"""What the events of an order, taken together, justify."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import an_event, event_lists, recorded
from worker.domain.events import EventName
from worker.domain.evidence import weigh
from worker.domain.instants import HOUR
from worker.domain.stages import STAGES, Stage


@pytest.mark.parametrize(
    ("names", "target"),
    [
        ([], "pending"),
        (["hint"], "pending"),
        (["shipment.created"], "pending"),
        (["shipment.delivery_failed"], "pending"),
        (["order.accepted"], "accepted"),
        (["order.shipped"], "shipped"),
        (["order.delivered"], "delivered"),
        (["order.completed"], "completed"),
        (["shipment.picked_up"], "shipped"),
        (["shipment.in_transit"], "shipped"),
        (["shipment.out_for_delivery"], "shipped"),
        (["shipment.delivered"], "delivered"),
        (["shipment.delivered", "shipment.in_transit", "order.accepted"], "delivered"),
    ],
)
def test_the_furthest_claimed_stage_counts(names, target):
    assert weigh(recorded(*map(an_event, names))).target == target


def test_an_order_is_delivered_when_its_last_parcel_is():
    first, second = an_event("shipment.delivered", "A"), an_event("shipment.delivered", "B", at=START + HOUR)
    created = an_event("shipment.created", "B")
    partly = weigh(recorded(created, first))
    assert (partly.target, partly.delivered, partly.parcels) == ("shipped", 1, 2)
    wholly = weigh(recorded(created, first, second))
    assert (wholly.target, wholly.dates[Stage.DELIVERED]) == ("delivered", START + HOUR)


def test_an_order_waits_for_an_announced_parcel():
    announced = an_event("shipment.delivered", "A", parcels=2)
    assert weigh(recorded(announced)).target == "shipped"
    assert weigh(recorded(announced, an_event("shipment.delivered", "B"))).target == "delivered"


def test_a_courier_may_correct_how_many_parcels_there_are():
    wrong = an_event("shipment.created", "A", parcels=3)
    right = an_event("shipment.delivered", "A", at=START + HOUR, parcels=1)
    assert weigh(recorded(right, wrong)).target == "delivered"


def test_a_parcel_cancelled_before_its_pick_up_does_not_count():
    events = [
        an_event("shipment.delivered", "A", parcels=2),
        an_event("shipment.created", "B"),
        an_event("shipment.cancelled", "B"),
    ]
    evidence = weigh(recorded(*events))
    assert (evidence.target, evidence.alarm, evidence.parcels) == ("delivered", None, 1)
    assert [number for number, _ in evidence.tracking] == ["A"]


def test_an_event_without_a_number_is_about_the_only_parcel():
    assert weigh(recorded(an_event("shipment.created", "A"), an_event("shipment.delivered"))).target == "delivered"


def test_an_event_without_a_number_delivers_neither_of_two_parcels():
    both = [an_event("shipment.created", "A"), an_event("shipment.created", "B")]
    evidence = weigh(recorded(an_event("shipment.delivered"), *both))
    assert (evidence.target, evidence.delivered) == ("shipped", 0)


@pytest.mark.parametrize("moved", ["shipment.picked_up", "shipment.in_transit", "shipment.delivered"])
@pytest.mark.parametrize("first", [True, False])
def test_a_cancellation_after_the_pick_up_is_an_alarm_in_either_order(moved, first):
    events = [an_event(moved, "A"), an_event("shipment.cancelled", "A")]
    assert weigh(recorded(*(events if first else events[::-1]))).alarm == "shipment_cancelled"


@pytest.mark.parametrize(
    ("name", "alarm"), [("shipment.returned", "shipment_returned"), ("shipment.lost", "shipment_lost")]
)
def test_a_loss_is_an_alarm_until_an_operator_has_acknowledged_it(name, alarm):
    events = recorded(an_event("shipment.delivered", "A"), an_event(name, "A", at=START + HOUR))
    assert (weigh(events).alarm, weigh(events).alarms) == (alarm, frozenset({2}))
    assert (weigh(events, acknowledged=2).alarm, weigh(events, acknowledged=2).alarms) == (None, frozenset())
    assert weigh(events, acknowledged=1).alarm == alarm


def test_the_latest_of_several_alarms_gives_the_reason():
    events = recorded(
        an_event("shipment.returned", "A", at=START + 2 * HOUR),
        an_event("shipment.lost", "B", at=START + HOUR),
        an_event("shipment.created", "A"),
    )
    assert (weigh(events).alarm, weigh(events).alarms) == ("shipment_returned", frozenset({1, 2}))


def test_an_alarm_without_a_number_counts_with_several_parcels():
    events = recorded(an_event("shipment.lost"), an_event("shipment.created", "A"), an_event("shipment.created", "B"))
    assert weigh(events).alarm == "shipment_lost"


def test_a_skipped_stage_has_the_date_of_the_event_that_proves_it():
    events = recorded(an_event("shipment.delivered", "A", at=START + HOUR), an_event("shipment.in_transit", "A"))
    evidence = weigh(events)
    assert evidence.dates == {
        Stage.PENDING: START,
        Stage.ACCEPTED: START,
        Stage.SHIPPED: START,
        Stage.DELIVERED: START + HOUR,
    }
    assert evidence.named == {Stage.SHIPPED, Stage.DELIVERED}


def test_each_parcel_has_its_latest_tracking_url():
    events = [
        an_event("shipment.created", "A", at=START + HOUR, tracking_url="https://a.example/2"),
        an_event("shipment.created", "A", tracking_url="https://a.example/1"),
        an_event("shipment.picked_up", "B"),
    ]
    assert sorted(weigh(recorded(*events)).tracking) == [("A", "https://a.example/2"), ("B", "")]


@given(event_lists(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_evidence_depends_on_the_set_of_events_alone(events, chance, acknowledged):
    entries = recorded(*events)
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert weigh(shuffled, acknowledged) == weigh(entries, acknowledged)


@given(event_lists())
def test_evidence_agrees_with_itself(events):
    evidence = weigh(recorded(*events))
    reached = STAGES[: STAGES.index(evidence.target) + 1]
    if evidence.dates:
        assert tuple(evidence.dates) == reached
        assert sorted(evidence.dates.values()) == list(evidence.dates.values())
    assert bool(evidence.alarm) == bool(evidence.alarms)
    assert 0 <= evidence.delivered <= max(evidence.parcels, 0)


@given(event_lists(without=[EventName.CREATED, EventName.CANCELLED]), event_lists(names=[EventName.HINT]))
def test_hints_prove_nothing(events, hints):
    assert weigh(recorded(*events)) == weigh(recorded(*events, *hints))
