"""How many parcels an order waits for: it is never completed while a parcel may still be on its way."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import SHIPMENT_EVENTS, an_event, event_lists, recorded
from worker.domain.events import OPERATOR, EventName
from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.instants import DAY, HOUR

SEEN = 99
"""The operator has acknowledged everything."""


def story(text):
    """Return the events of a text such as `created A 2, drop A`: one each day, with the announced number."""
    return [_event(words.split(), START + day * DAY) for day, words in enumerate(text.split(", "))]


def _event(words, at):
    name, number, *parcels = words
    source, name = (OPERATOR, "cancelled") if name == "drop" else ("courier", name)
    announced = int(parcels[0]) if parcels else None
    return an_event(f"shipment.{name}", number, at=at, source=source, parcels=announced)


@pytest.mark.parametrize(
    ("text", "parcels", "target"),
    [
        ("created A 2, cancelled A, created B 2, delivered B", 2, "shipped"),
        ("created A 2, created B 2, cancelled A, delivered B 2", 2, "shipped"),
        ("created A 2, cancelled A, created B, delivered B", 2, "shipped"),
        ("created A 2, created B, cancelled A, delivered B", 2, "shipped"),
        ("created A 2, cancelled A, created B, cancelled B, created C, delivered C", 2, "shipped"),
        ("picked_up A 2, created C, lost A, drop A, delivered C", 2, "shipped"),
        ("picked_up A 2, lost A, drop A, created C, delivered C", 2, "shipped"),
        ("created A 2, delivered B, drop A", 2, "shipped"),
        ("created A 1, created B 1, cancelled A, delivered B", 1, "delivered"),
        ("created B 2, created A, cancelled A, delivered B", 1, "delivered"),
        ("created B 2, picked_up A, lost A, drop A, delivered B", 1, "delivered"),
        ("created B 3, created A, created C, cancelled A, cancelled C, delivered B", 2, "shipped"),
        ("created B, created A, cancelled A, picked_up B 2, delivered B", 2, "shipped"),
        ("created B, created A, cancelled A, picked_up B 2, cancelled A, delivered B", 2, "shipped"),
        ("created A 2, cancelled A, delivered B 1", 1, "delivered"),
        ("created A 2, created B, cancelled A, created C, delivered B, delivered C", 2, "delivered"),
    ],
)
def test_a_cancelled_parcel_reduces_the_announced_number_only_if_no_other_may_have_taken_its_place(
    text, parcels, target
):
    evidence = weigh(recorded(*story(text)), SEEN)
    assert (evidence.parcels, evidence.target) == (parcels, target)


def test_of_announcements_at_the_same_instant_the_largest_counts():
    events = an_event("shipment.created", "A", parcels=2), an_event("shipment.delivered", "A", parcels=1)
    assert weigh(recorded(*events)).parcels == weigh(recorded(*events[::-1])).parcels == 2


FOUND = [
    ("picked_up A, lost A, in_transit A, picked_up B, delivered B", ("A",)),
    ("picked_up A, lost A, delivery_failed A, picked_up B, delivered B", ("A",)),
    ("picked_up A, lost A, picked_up B, in_transit A, delivered B", ("A",)),
    ("picked_up A, lost A, picked_up B, delivered B, in_transit A", ("A",)),
    ("picked_up A, lost A, in_transit A, picked_up B, lost A, delivered B", ("A",)),
    ("picked_up A, lost A, in_transit A, lost A, picked_up B, delivered B", ()),
    ("lost A, picked_up A, picked_up B, delivered B", ("A",)),
]


@pytest.mark.parametrize(("text", "missing"), FOUND)
def test_a_lost_parcel_that_was_found_again_is_replaced_by_no_other(text, missing):
    evidence = weigh(recorded(*story(text)), SEEN)
    assert (evidence.missing, evidence.target) == (missing, "shipped" if missing else "delivered")


@pytest.mark.parametrize(("text", "missing"), FOUND)
def test_it_makes_no_difference_in_which_sequence_this_comes_in(text, missing):
    results = {weigh(recorded(*events), SEEN).missing for events in permutations(story(text)[:5])}
    assert len(results) == 1


def test_a_movement_at_the_instant_of_the_loss_may_be_the_later_one():
    moved, lost = an_event("shipment.in_transit", "A"), an_event("shipment.lost", "A")
    evidence = weigh(recorded(moved, lost, an_event("shipment.delivered", "B", at=START + HOUR)), SEEN)
    assert evidence.missing == ("A",)


def without_revisions(evidence: Evidence) -> Evidence:
    return replace(evidence, alarms=frozenset(), moved_revision=0)


@given(event_lists(), st.randoms(use_true_random=False), st.sampled_from([0, SEEN]))
def test_what_couriers_say_counts_the_same_in_every_sequence(events, chance, acknowledged):
    shuffled = list(events)
    chance.shuffle(shuffled)
    one, other = weigh(recorded(*events), acknowledged), weigh(recorded(*shuffled), acknowledged)
    assert without_revisions(one) == without_revisions(other)


ON_ITS_WAY = [EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.OUT_FOR_DELIVERY]
OF_PARCELS = sorted(SHIPMENT_EVENTS)
OPERATORS = st.sets(st.integers(0, 7))


@given(event_lists(OF_PARCELS), OPERATORS, st.sampled_from(ON_ITS_WAY))
def test_an_order_is_not_delivered_while_a_parcel_travels(events, by_operator, movement):
    before = [_by(event, index in by_operator) for index, event in enumerate(events) if not _arrives(event, "B")]
    moves = an_event(movement, "B", at=START + DAY)
    numbered = [event for event in before if event.tracking]  # without numbers, nobody can tell what is meant
    assert weigh(recorded(*numbered, moves), SEEN).target == "shipped"


@given(event_lists(OF_PARCELS), OPERATORS)
def test_fewer_parcels_than_announced_suffice_only_if_some_were_cancelled_since(events, by_operator):
    entries = recorded(*(_by(event, index in by_operator) for index, event in enumerate(events)))
    evidence = weigh(entries, SEEN)
    announced = max(((e.event.occurred_at, e.event.parcels) for e in entries if e.event.parcels), default=(0, 0))
    cancelled = {
        e.event.tracking for e in entries if e.event.name is EventName.CANCELLED and e.event.occurred_at > announced[0]
    }
    assert evidence.parcels >= announced[1] - len(cancelled)
    if evidence.target == "delivered":
        assert evidence.delivered >= max(1, announced[1] - len(cancelled))


def _by(event, is_operator):
    return replace(event, source=OPERATOR) if is_operator and event.name is EventName.CANCELLED else event


def _arrives(event, number):
    return event.name is EventName.DELIVERED and event.tracking == number
