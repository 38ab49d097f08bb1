"""What the events of an order, taken together, justify."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import an_event, event_lists, recorded
from worker.domain.events import EventName
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import DAY, HOUR
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
        an_event("shipment.cancelled", "B", at=START + HOUR),
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


# ------------------------------------------------------------------------------------- numbers that differ in writing


def test_a_number_written_in_two_ways_is_one_parcel_and_is_shown_as_first_written():
    created, delivered = an_event("shipment.created", "TRK 1"), an_event("shipment.delivered", "trk-1", at=START + HOUR)
    for events in ([created, delivered], [delivered, created]):
        evidence = weigh(recorded(*events))
        assert (evidence.target, evidence.parcels, evidence.tracking) == ("delivered", 1, (("TRK 1", ""),))


def test_a_placeholder_in_place_of_a_number_is_no_number():
    events = recorded(an_event("shipment.created", "A"), an_event("shipment.delivered", "-"))
    assert (weigh(events).target, weigh(events).tracking) == ("delivered", (("A", ""),))


# ------------------------------------------------------------------------------------------- parcels that are replaced

GONE = ["shipment.lost", "shipment.returned", "shipment.cancelled"]


def lost(name="shipment.lost", number="A", day=3):
    return [an_event("shipment.picked_up", number), an_event(name, number, at=START + day * DAY)]


@pytest.mark.parametrize("name", GONE)
def test_a_lost_parcel_does_not_count_once_its_loss_is_acknowledged_and_a_newer_parcel_exists(name):
    events = [*lost(name), an_event("shipment.created", "B", at=START + 4 * DAY)]
    assert weigh(recorded(*events)).alarm is not None
    released = weigh(recorded(*events), acknowledged=2)
    assert (released.alarm, released.parcels, released.missing, released.target) == (None, 1, ("B",), "shipped")
    events.append(an_event("shipment.delivered", "B", at=START + 5 * DAY))
    assert weigh(recorded(*events), acknowledged=2).target == "delivered"


def test_without_an_operators_word_a_lost_parcel_counts():
    events = [*lost(), an_event("shipment.delivered", "B", at=START + 4 * DAY)]
    evidence = weigh(recorded(*events), acknowledged=1)
    assert (evidence.target, evidence.alarm, evidence.parcels) == ("shipped", "shipment_lost", 2)


def test_a_second_parcel_of_the_same_day_replaces_no_lost_one():
    events = recorded(*lost(), an_event("shipment.picked_up", "B"), an_event("shipment.delivered", "B", at=START + DAY))
    evidence = weigh(events, acknowledged=9)
    assert (evidence.target, evidence.parcels, evidence.missing) == ("shipped", 2, ("A",))


def test_each_newer_parcel_replaces_one_lost_parcel():
    events = [*lost(number="A"), *lost(number="B"), an_event("shipment.delivered", "C", at=START + 4 * DAY)]
    assert weigh(recorded(*events), acknowledged=9).missing == ("B",)
    events.append(an_event("shipment.delivered", "D", at=START + 5 * DAY))
    assert weigh(recorded(*events), acknowledged=9).target == "delivered"


def test_a_replacement_may_be_replaced():
    second = [an_event("shipment.created", "B", at=START + 4 * DAY), *lost(number="B", day=8)[1:]]
    events = [*lost(), *second, an_event("shipment.delivered", "C", at=START + 9 * DAY)]
    assert weigh(recorded(*events), acknowledged=9).target == "delivered"


def test_a_lost_parcel_that_arrives_nevertheless_counts_as_delivered():
    events = [*lost(), an_event("shipment.created", "B", at=START + 4 * DAY)]
    events.append(an_event("shipment.delivered", "A", at=START + 5 * DAY))
    evidence = weigh(recorded(*events), acknowledged=9)
    assert (evidence.delivered, evidence.parcels, evidence.missing) == (1, 2, ("B",))


def test_a_new_alarm_of_a_replaced_parcel_asks_for_a_person():
    events = [*lost(), an_event("shipment.delivered", "B", at=START + 4 * DAY)]
    events.append(an_event("shipment.returned", "A", at=START + 9 * DAY))
    assert weigh(recorded(*events), acknowledged=3).alarm == "shipment_returned"


def test_a_replaced_parcel_leaves_the_announced_number_as_it_is():
    events = [*lost(), an_event("shipment.created", "A", parcels=3), an_event("shipment.delivered", "S")]
    events.append(an_event("shipment.delivered", "B", at=START + 4 * DAY))
    evidence = weigh(recorded(*events), acknowledged=9)
    assert (evidence.target, evidence.delivered, evidence.parcels) == ("shipped", 2, 3)


# -------------------------------------------------------------------------------------------- parcels that are put away


def put_away(number, at=START + 10 * DAY):
    return an_event("shipment.cancelled", number, at=at, source="operator")


def test_a_label_that_was_printed_anew_can_be_put_away():
    events = [an_event("shipment.created", "A"), an_event("shipment.delivered", "B")]
    assert weigh(recorded(*events)).missing == ("A",)
    evidence = weigh(recorded(*events, put_away("a")))
    assert (evidence.target, evidence.parcels, evidence.alarm) == ("delivered", 1, None)


@pytest.mark.parametrize("name", GONE)
def test_a_lost_parcel_can_be_put_away_and_needs_nobody_any_more(name):
    events = [*lost(name), an_event("shipment.delivered", "B")]
    evidence = weigh(recorded(*events, put_away("A")))
    assert (evidence.target, evidence.parcels, evidence.alarm) == ("delivered", 1, None)


@pytest.mark.parametrize("name", ["shipment.picked_up", "shipment.delivered"])
def test_a_parcel_that_moves_after_it_was_put_away_counts_again_and_is_no_alarm(name):
    events = [an_event("shipment.created", "A"), an_event("shipment.delivered", "B"), put_away("A")]
    evidence = weigh(recorded(*events, an_event(name, "A", at=START + 11 * DAY)))
    assert (evidence.parcels, evidence.alarm) == (2, None)


@pytest.mark.parametrize("name", ["shipment.in_transit", "shipment.delivery_failed"])
@pytest.mark.parametrize("before", [[], lost()], ids=["label", "lost"])
def test_a_parcel_that_was_put_away_and_that_the_courier_has_nevertheless_counts_again(name, before):
    events = [an_event("shipment.created", "A"), *before, an_event("shipment.delivered", "B"), put_away("A")]
    assert weigh(recorded(*events), acknowledged=9).target == "delivered"
    evidence = weigh(recorded(*events, an_event(name, "A", at=START + 11 * DAY)), acknowledged=9)
    assert (evidence.target, evidence.missing, evidence.alarm) == ("shipped", ("A",), None)


def test_a_parcel_of_which_nothing_more_is_heard_can_be_put_away():
    events = [an_event("shipment.in_transit", "A"), an_event("shipment.delivered", "B"), put_away("A")]
    assert weigh(recorded(*events)).target == "delivered"


@given(event_lists(), st.integers(0, 12))
def test_how_a_number_is_written_makes_no_difference(events, acknowledged):
    rewritten = [replace(event, tracking=event.tracking.lower().replace("a", " -a")) for event in events]
    one, other = weigh(recorded(*events), acknowledged), weigh(recorded(*rewritten), acknowledged)
    assert replace(one, tracking=(), missing=()) == replace(other, tracking=(), missing=())


@given(event_lists(), st.integers(0, 12))
def test_an_acknowledgement_never_makes_an_order_wait_for_more(events, acknowledged):
    before, after = weigh(recorded(*events), acknowledged), weigh(recorded(*events), acknowledged + 1)
    assert after.parcels <= before.parcels
    assert after.alarms <= before.alarms
    assert STAGES.index(after.target) >= STAGES.index(before.target)


@given(event_lists(), st.randoms(use_true_random=False), st.integers(0, 12), st.booleans())
def test_evidence_depends_on_the_set_of_events_alone(events, chance, acknowledged, by_operator):
    cancels = "operator" if by_operator else "courier"
    entries = recorded(*(replace(e, source=cancels) if e.name is EventName.CANCELLED else e for e in events))
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
    assert len(evidence.missing) <= evidence.parcels - evidence.delivered
    assert set(evidence.missing) <= {number for number, _ in evidence.tracking}


@given(event_lists(without=[EventName.CREATED, EventName.CANCELLED]), event_lists(names=[EventName.HINT]))
def test_hints_prove_nothing(events, hints):
    assert weigh(recorded(*events)) == weigh(recorded(*events, *hints))
