"""What the news of an order, taken together, justifies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.stories import news, recorded, stories
from worker.domain.events import EventName
from worker.domain.evidence import weigh
from worker.domain.instants import HOUR
from worker.domain.stages import STAGES, Stage


@pytest.mark.parametrize(
    ("names", "stage"),
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
def test_the_furthest_place_that_is_claimed_counts(names, stage):
    assert weigh(recorded(*map(news, names))).stage == stage


def test_an_order_is_delivered_when_its_last_parcel_is():
    first, second = news("shipment.delivered", "A"), news("shipment.delivered", "B", at=START + HOUR)
    known = news("shipment.created", "B")
    partly = weigh(recorded(known, first))
    assert (partly.stage, partly.delivered, partly.parcels) == ("shipped", 1, 2)
    wholly = weigh(recorded(known, first, second))
    assert (wholly.stage, wholly.dates[Stage.DELIVERED]) == ("delivered", START + HOUR)


def test_an_announced_parcel_is_waited_for():
    announced = news("shipment.delivered", "A", parcels=2)
    assert weigh(recorded(announced)).stage == "shipped"
    assert weigh(recorded(announced, news("shipment.delivered", "B"))).stage == "delivered"


def test_a_courier_may_correct_how_many_parcels_there_are():
    wrong, right = news("shipment.created", "A", parcels=3), news("shipment.delivered", "A", at=START + HOUR, parcels=1)
    assert weigh(recorded(right, wrong)).stage == "delivered"


def test_a_parcel_cancelled_before_its_pick_up_is_gone():
    events = [
        news("shipment.delivered", "A", parcels=2),
        news("shipment.created", "B"),
        news("shipment.cancelled", "B"),
    ]
    evidence = weigh(recorded(*events))
    assert (evidence.stage, evidence.alarm, evidence.parcels) == ("delivered", "", 1)
    assert [number for number, _ in evidence.tracking] == ["A"]


def test_without_a_number_news_speaks_for_the_only_parcel():
    assert weigh(recorded(news("shipment.created", "A"), news("shipment.delivered"))).stage == "delivered"


def test_without_a_number_news_from_before_the_second_parcel_delivers_neither():
    nameless, two = news("shipment.delivered"), [news("shipment.created", "A"), news("shipment.created", "B")]
    evidence = weigh(recorded(nameless, *two))
    assert (evidence.stage, evidence.delivered) == ("shipped", 0)


@pytest.mark.parametrize("moved", ["shipment.picked_up", "shipment.in_transit", "shipment.delivered"])
@pytest.mark.parametrize("first", [True, False])
def test_a_parcel_cancelled_on_its_way_is_an_alarm_in_whatever_order_that_is_told(moved, first):
    told = [news(moved, "A"), news("shipment.cancelled", "A")]
    assert weigh(recorded(*(told if first else told[::-1]))).alarm == "shipment_cancelled"


@pytest.mark.parametrize(
    ("name", "alarm"), [("shipment.returned", "shipment_returned"), ("shipment.lost", "shipment_lost")]
)
def test_a_loss_is_an_alarm_until_an_operator_has_acknowledged_it(name, alarm):
    events = recorded(news("shipment.delivered", "A"), news(name, "A", at=START + HOUR))
    assert (weigh(events).alarm, weigh(events).alarms) == (alarm, frozenset({2}))
    assert (weigh(events, acknowledged=2).alarm, weigh(events, acknowledged=2).alarms) == ("", frozenset())
    assert weigh(events, acknowledged=1).alarm == alarm


def test_of_several_alarms_the_latest_gives_the_reason():
    events = recorded(
        news("shipment.returned", "A", at=START + 2 * HOUR),
        news("shipment.lost", "B", at=START + HOUR),
        news("shipment.created", "A"),
    )
    assert (weigh(events).alarm, weigh(events).alarms) == ("shipment_returned", frozenset({1, 2}))


def test_an_alarm_that_names_no_parcel_is_heard_whatever_parcels_become_known():
    events = recorded(news("shipment.lost"), news("shipment.created", "A"), news("shipment.created", "B"))
    assert weigh(events).alarm == "shipment_lost"


def test_a_skipped_place_has_the_date_of_the_news_that_proves_it():
    events = recorded(news("shipment.delivered", "A", at=START + HOUR), news("shipment.in_transit", "A"))
    evidence = weigh(events)
    assert evidence.dates == {
        Stage.PENDING: START,
        Stage.ACCEPTED: START,
        Stage.SHIPPED: START,
        Stage.DELIVERED: START + HOUR,
    }
    assert evidence.said == {Stage.SHIPPED, Stage.DELIVERED}


def test_the_latest_tracking_url_of_each_parcel_is_told():
    events = [
        news("shipment.created", "A", at=START + HOUR, url="https://a.example/2"),
        news("shipment.created", "A", url="https://a.example/1"),
        news("shipment.picked_up", "B"),
    ]
    assert sorted(weigh(recorded(*events)).tracking) == [("A", "https://a.example/2"), ("B", "")]


@given(stories(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_evidence_depends_on_the_set_of_events_and_on_nothing_else(story, chance, acknowledged):
    events = recorded(*story)
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert weigh(shuffled, acknowledged) == weigh(events, acknowledged)


@given(stories())
def test_evidence_agrees_with_itself(story):
    evidence = weigh(recorded(*story))
    reached = STAGES[: STAGES.index(evidence.stage) + 1]
    if evidence.dates:
        assert tuple(evidence.dates) == reached
        assert sorted(evidence.dates.values()) == list(evidence.dates.values())
    assert bool(evidence.alarm) == bool(evidence.alarms)
    assert 0 <= evidence.delivered <= max(evidence.parcels, 0)
    assert not any(event.result != "pending" for event in recorded(*story))


@given(stories(without=[EventName.CREATED, EventName.CANCELLED]), stories(names=[EventName.HINT]))
def test_hints_prove_nothing(story, hints):
    assert weigh(recorded(*story)) == weigh(recorded(*story, *hints))
