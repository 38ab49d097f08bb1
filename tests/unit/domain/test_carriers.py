"""Who carries an order, and whose events count: the pure rules."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import KEY, an_event, event_lists, recorded
from worker.domain.events import OPERATOR, Event, EventName, EventResult
from worker.domain.evidence.carriers import (
    NOBODY,
    OF_A_PARCEL_UNDER_WAY,
    Carrier,
    carrier_after,
    concerns,
    may_report,
    of_carrier,
    taken_by,
)
from worker.domain.evidence.evidence import weigh
from worker.domain.lifecycle.event_results import event_results
from worker.domain.orders import Order, OrderKey, Reference
from worker.domain.stages import Stage

NORTH, BY_SHOP, BY_OPERATOR = Carrier("north", "north"), Carrier("north", "shop"), Carrier("north", OPERATOR)


def of(source: str, name: str = "shipment.picked_up", *, carrier: str | None = None, restricted: bool = True) -> Event:
    """Return an event of *source*, which takes orders unless it names another *carrier*."""
    takes = taken_by(EventName(name), source)
    return an_event(name, source=source, restricted=restricted, carrier=takes if carrier is None else carrier)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (NOBODY, of("north"), NORTH),
        (NOBODY, of("north", restricted=False), NORTH),
        (NOBODY, of("north", "shipment.lost"), NOBODY),
        (NOBODY, of("north", carrier=""), NOBODY),
        (NOBODY, of("shop", "order.accepted", carrier="north", restricted=False), BY_SHOP),
        (NORTH, of("south"), NORTH),
        (NORTH, of("shop", "hint", carrier="south", restricted=False), Carrier("south", "shop")),
        (BY_OPERATOR, of("shop", "hint", carrier="south", restricted=False), BY_OPERATOR),
        (BY_OPERATOR, of("south"), BY_OPERATOR),
    ],
)
def test_the_first_to_report_a_parcel_carries_its_order_unless_somebody_assigns_it(
    before: Carrier, event: Event, after: Carrier
):
    assert carrier_after(before, event) == after


def test_a_source_that_was_not_restricted_before_takes_its_old_orders_by_any_event():
    assert carrier_after(NOBODY, of("north", "shipment.lost"), has_reported=True) == NORTH
    assert carrier_after(NOBODY, of("north", "shipment.lost", restricted=False), has_reported=True) == NOBODY
    assert carrier_after(Carrier("south", "south"), of("north", "shipment.lost"), has_reported=True).source == "south"


@pytest.mark.parametrize(("ago", "after"), [(1, BY_SHOP), (0, Carrier("south", "shop"))])
def test_a_word_that_is_older_than_another_one_assigns_nothing(ago: int, after: Carrier):
    event = of("shop", "hint", carrier="south", restricted=False)
    assert carrier_after(BY_SHOP, event, assigned_at=event.occurred_at + ago) == after


@pytest.mark.parametrize("carrier", [NOBODY, NORTH, BY_SHOP, BY_OPERATOR])
def test_a_restricted_source_may_report_only_orders_that_it_carries(carrier: Carrier):
    assert may_report(of("north"), carrier) == (carrier.source == "north")
    assert not may_report(of("south"), carrier)
    assert may_report(of("south", restricted=False), carrier)


@given(event_lists(), event_lists(), st.sampled_from(["", "north"]))
def test_what_other_couriers_say_changes_no_evidence(ours: list[Event], theirs: list[Event], carrier: str):
    ours = [replace(event, source=carrier or "shop", restricted=bool(carrier)) for event in ours]
    theirs = [replace(event, source="south", restricted=True) for event in theirs]
    alone = recorded(*ours)
    assert weigh(recorded(*ours, *theirs), carrier=carrier) == weigh(alone, carrier=carrier)
    assert of_carrier(recorded(*ours, *theirs), carrier) == list(alone)


def test_an_event_that_does_not_count_is_void_and_only_while_it_does_not():
    events = recorded(of("south", "shipment.delivered"), of("south", "shipment.lost"))
    for carrier, results in (("north", {1: EventResult.VOID, 2: EventResult.VOID}), ("south", {})):
        order = Order(KEY, stage=Stage.ACCEPTED, carrier=carrier)
        evidence = weigh(events, carrier=carrier)
        assert event_results(order, evidence, events, {}, stopped=False) == results


def test_the_events_of_a_reference_count_for_the_source_that_has_given_its_name():
    assert Order(OrderKey("main", "number@south:7"), carrier="").counting_source == "south"
    assert Order(KEY, carrier="north").counting_source == "north"
    assert Order(OrderKey("main", "number:7")).counting_source == ""


@pytest.mark.parametrize(
    ("source", "restricted", "waits_for", "is_told"),
    [
        ("north", True, "north", True),
        ("south", True, "north", False),
        ("shop", False, "north", True),
        ("north", True, "", True),
        ("shop", False, "", True),
    ],
)
def test_a_restricted_source_hears_only_of_its_own_parcels_and_those_of_unrestricted_sources(
    source: str, restricted: bool, waits_for: str, is_told: bool
):
    event = an_event("shipment.created", "TRK1", source=source, restricted=restricted)
    assert concerns(event, Reference("tracking", "TRK1", waits_for)) == is_told


@pytest.mark.parametrize("text", ["number:7", "tracking@north:a:b", "shipment@a_1:@x", "number:a@b:c"])
def test_a_reference_reads_as_it_is_written(text: str):
    reference = Reference.read(text)
    assert reference is not None
    assert str(reference) == text
    assert str(reference.plain) == f"{reference.kind}:{reference.value}"
    assert OrderKey("main", text).plain == OrderKey("main", str(reference.plain))


@pytest.mark.parametrize("name", EventName)
def test_only_a_parcel_under_way_takes_an_order(name: EventName):
    assert taken_by(name, "north") == ("north" if name in OF_A_PARCEL_UNDER_WAY else "")
