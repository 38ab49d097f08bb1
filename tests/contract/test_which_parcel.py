"""Which parcel an event without a tracking number is about: announced, known and delivered parcels, in any sequence."""

import pytest

from tests.support.clock import START
from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import HOUR, MINUTE
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.tracking import parcel_without_number

DELIVERED = "shipment.delivered"


@pytest.fixture
def harness(database, clock) -> Harness:
    return Harness(database, clock)


def created(*numbers, parcels=None, at=START):
    return [an_event("shipment.created", number, parcels=parcels, at=at) for number in numbers]


def delivered(number="", at=START + HOUR):
    return an_event(DELIVERED, number, at=at)


def receive(harness, event):
    receipt = harness.intake.write(a_delivery(event, source=event.source, received_at=harness.clock()))
    return receipt.reason or receipt.outcome


def evidence(harness):
    return weigh(harness.snapshot(KEY).events)


ACCEPTED, WHICH = DeliveryOutcome.ACCEPTED, QuarantineReason.WHICH_PARCEL
TABLE = [
    # announced, known, said before, what becomes of a delivery without a number, and the target after it
    pytest.param([], [], ACCEPTED, "delivered", id="none announced, none known"),
    pytest.param([], [delivered()], ACCEPTED, "delivered", id="none announced, none known, delivered"),
    pytest.param(created("A"), [], ACCEPTED, "delivered", id="one known"),
    pytest.param(created("A"), [delivered("A")], ACCEPTED, "delivered", id="one known, delivered by its number"),
    pytest.param(created("A", parcels=1), [delivered()], ACCEPTED, "delivered", id="one announced, delivered"),
    pytest.param(created("A", parcels=2), [], ACCEPTED, "shipped", id="two announced, one known"),
    pytest.param(created("A", parcels=2), [delivered()], WHICH, "shipped", id="two announced, one known, delivered"),
    pytest.param(
        created("A", parcels=2), [delivered("A")], WHICH, "shipped", id="two announced, one delivered by its number"
    ),
    pytest.param(created("", parcels=2), [], ACCEPTED, "shipped", id="two announced, none known"),
    pytest.param(created("", parcels=2), [delivered()], WHICH, "shipped", id="two announced, none known, delivered"),
    pytest.param(created("A", "B"), [], WHICH, "pending", id="two known"),
    pytest.param(created("A", "B"), [delivered("A")], WHICH, "shipped", id="two known, one delivered"),
    pytest.param(created("A", "a"), [], ACCEPTED, "delivered", id="one known, written in two ways"),
    pytest.param(
        [*created("A", parcels=2), *created("A", parcels=1, at=START + MINUTE)],
        [delivered()],
        ACCEPTED,
        "delivered",
        id="two announced, then one",
    ),
    pytest.param(
        [*created("A", parcels=2, at=START + MINUTE), *created("A", parcels=1)],
        [delivered()],
        WHICH,
        "shipped",
        id="one announced, then two, the later news first",
    ),
]


@pytest.mark.parametrize(("known", "before", "outcome", "target"), TABLE)
def test_a_delivery_without_a_number_counts_only_if_it_is_clear_which_parcel_it_is_about(
    harness, known, before, outcome, target
):
    for event in [*known, *before]:
        assert receive(harness, event) is ACCEPTED
    assert receive(harness, delivered(at=START + 2 * HOUR)) is outcome
    assert evidence(harness).target == target


@pytest.mark.parametrize(("known", "before", "outcome", "target"), TABLE)
def test_the_events_of_one_delivery_are_judged_in_the_same_way(harness, known, before, outcome, target):
    receipt = harness.intake.write(a_delivery(*known, *before, delivered(at=START + 2 * HOUR)))
    assert (receipt.reason or receipt.outcome) is outcome
    assert evidence(harness).target == target


def test_an_announcement_that_comes_after_two_deliveries_counts_them_as_one(harness):
    for event in (delivered(), delivered(at=START + 2 * HOUR), *created("A", parcels=2)):
        assert receive(harness, event) is ACCEPTED
    assert (evidence(harness).target, evidence(harness).delivered) == ("shipped", 1)


@pytest.mark.parametrize("name", ["shipment.in_transit", "shipment.lost", "shipment.created"])
def test_other_news_of_the_only_known_parcel_needs_no_number(harness, name):
    for event in (*created("A", parcels=2), delivered("A")):
        receive(harness, event)
    assert receive(harness, an_event(name)) is ACCEPTED


def test_with_its_number_the_second_parcel_completes_the_delivery(harness):
    for event in (*created("A", parcels=2), delivered(), delivered("A"), delivered("B", START + 3 * HOUR)):
        assert receive(harness, event) is ACCEPTED
    assert (evidence(harness).target, evidence(harness).parcels) == ("delivered", 2)


def test_a_number_that_an_earlier_version_stored_is_the_same_parcel_when_it_is_left_out(harness):
    stored, left_out = "JX#0012345", parcel_without_number("JX#0012345")
    assert receive(harness, an_event("shipment.picked_up", stored, key="evt")) is ACCEPTED
    assert receive(harness, an_event("shipment.picked_up", left_out, key="evt")) is DeliveryOutcome.DUPLICATE
    assert receive(harness, an_event("shipment.in_transit", left_out)) is ACCEPTED
    assert receive(harness, delivered()) is ACCEPTED
    assert (evidence(harness).target, evidence(harness).parcels) == ("delivered", 1)


def test_a_known_key_with_a_number_written_differently_is_a_repetition(harness):
    assert receive(harness, an_event(DELIVERED, "TRK 1", key="evt")) is ACCEPTED
    assert receive(harness, an_event(DELIVERED, "trk-1", key="evt")) is DeliveryOutcome.DUPLICATE
    assert receive(harness, an_event(DELIVERED, "TRK2", key="evt")) is QuarantineReason.KEY_REUSED
