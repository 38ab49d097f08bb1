"""What an operator may register as a parcel of an order, and what is known of an order's parcels."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.events import an_event, recorded
from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.events import OPERATOR, Event, EventName
from worker.domain.instants import HOUR
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.domain.stages import Stage, TerminalStatus
from worker.domain.tracking import parcel_without_number
from worker.operations.parcels.parcels import Parcel, ParcelEntry, parcels_of
from worker.operations.parcels.registrations import Registration, register

OTHER = OrderKey("main", "18")
PARCEL = Parcel("TRK1", "https://track.example/TRK1", "S1")


def with_events(*events: Event, key: OrderKey = KEY) -> Snapshot:
    return replace(snapshot(key), event_entries=tuple(EventEntry(event) for event in recorded(*events)))


def add(operator: Operator, parcel: Parcel = PARCEL, key: OrderKey = KEY, **options: Any) -> Registration:
    return register(operator.operations, key, parcel, **options)


def test_a_parcel_is_an_event_of_the_operator_that_says_no_more_than_its_names():
    operator = Operator(snapshot())
    assert add(operator, reason="the courier's list") == Registration(KEY, PARCEL, is_new=True)
    (event,) = (recorded.event for recorded in operator.intake.events.values())
    assert (event.source, event.name, event.order, event.note) == (
        "operator",
        "shipment.created",
        KEY,
        "the courier's list",
    )
    assert (event.tracking, event.tracking_url, event.shipment) == ("TRK1", "https://track.example/TRK1", "S1")
    assert (event.occurred_at, operator.wake_ups.keys) == (NOW, [KEY])


def test_a_number_and_the_name_in_its_place_are_one_parcel_of_the_list():
    events = [an_event("shipment.created", "JX#1"), an_event("shipment.delivered", parcel_without_number("JX#1"))]
    assert [entry.latest for entry in parcels_of(recorded(*events))] == ["shipment.delivered"]


def test_the_references_that_wait_for_the_parcel_are_woken_and_named():
    operator = Operator(snapshot())
    waiting = OrderKey("main", "tracking:TRK1")
    operator.operations.write(replace(an_event("shipment.delivered", "TRK1", order=waiting), source="courier"), b"")
    operator.wake_ups.keys.clear()
    assert add(operator).woken == (waiting,)
    assert operator.wake_ups.keys == [KEY, waiting]


@pytest.mark.parametrize("again", [PARCEL, Parcel("TRK1"), replace(PARCEL, url=""), replace(PARCEL, shipment="")])
def test_a_parcel_that_the_order_has_is_left_as_it_is(again):
    event = an_event("shipment.in_transit", "TRK1", tracking_url=PARCEL.url, shipment="S1", order=KEY)
    operator = Operator(with_events(event))
    assert add(operator, again) == Registration(KEY, again, is_new=False)
    assert operator.changed_nothing()


def test_a_parcel_that_was_registered_a_moment_ago_is_written_once():
    operator = Operator(snapshot())
    assert [add(operator).is_new, add(operator).is_new] == [True, False]
    assert len(operator.intake.events) == 1


@pytest.mark.parametrize("more", [Parcel("TRK1", url=PARCEL.url), Parcel("TRK1", shipment="S1"), Parcel("TRK2")])
def test_a_new_name_of_a_parcel_is_written(more):
    known = with_events(an_event("shipment.in_transit", "TRK1", order=KEY))
    assert add(Operator(known), more).is_new


def test_a_number_that_no_event_of_a_shipment_has_is_no_parcel_yet():
    assert add(Operator(with_events(an_event("order.shipped", "TRK1", order=KEY))), Parcel("TRK1")).is_new


@pytest.mark.parametrize(
    ("its_names", "sentence"),
    [
        ({"tracking": "TRK1"}, "another order, main/18, has the tracking number TRK1"),
        ({"tracking": "TRK9", "shipment": "S1"}, "another order, main/18, has the shipment id S1"),
    ],
)
def test_a_parcel_of_another_order_of_the_account_is_refused(its_names, sentence):
    theirs = with_events(an_event("shipment.created", **its_names), key=OTHER)
    operator = Operator(snapshot(), theirs)
    with operator.refuses(sentence):
        add(operator)
    assert operator.changed_nothing()


def test_a_parcel_of_an_order_of_another_account_is_no_reason_to_refuse():
    elsewhere = with_events(an_event("shipment.created", "TRK1"), key=OrderKey("other", "18"))
    assert add(Operator(snapshot(), elsewhere)).is_new


@pytest.mark.parametrize(
    ("parcel", "sentence"),
    [
        (Parcel(""), "“” is no tracking number: at most 64 letters, digits and - _ . / and spaces"),
        (Parcel(" TRK1"), "“TRK1” is no tracking number"),
        (Parcel("TRK\x1b1"), "“TRK 1” is no tracking number"),
        (Parcel("T" * 65), "is no tracking number"),
        (Parcel("T\u00ad1"), "is no tracking number"),
        (Parcel("=1"), "“=1” is no tracking number"),
        (Parcel("<b>TRK1</b>"), "is no tracking number"),
        (Parcel("call us on 0551234"), "is no tracking number"),
        (Parcel("TRK1", shipment="S" * 65), "is no shipment id"),
        (
            Parcel("TRK1", url="track.example/TRK1"),
            "“track.example/TRK1” cannot be the URL of a tracking page: it is no URL",
        ),
        (Parcel("TRK1", url="javascript:alert(1)"), "is no URL"),
        (Parcel("TRK1", url="https://track.example/a b"), "is no URL"),
        (Parcel("TRK1", url="https://" + "x" * 493), "is no URL"),
        (Parcel("TRK1", url="https://10.0.0.1/TRK1"), "it has a host that is no domain name"),
        (Parcel("TRK1", url="https://track.example:8443/TRK1"), "it has a port"),
        (Parcel("TRK1", url="https://me:pass@track.example/"), "it has a user or a password"),
    ],
)
def test_a_malformed_parcel_is_refused(parcel, sentence):
    operator = Operator(snapshot())
    with operator.refuses(sentence):
        add(operator, parcel)
    assert operator.changed_nothing()


def test_a_reference_that_leads_to_no_single_order_gets_no_parcel():
    operator = Operator(snapshot(number="ORD-2"), snapshot(OTHER, number="ORD-2"))
    for number in ("number:ORD-1", "number:ORD-2"):
        with operator.refuses(f"main/{number} is a reference that does not lead to one order yet: say the order's id"):
            add(operator, key=OrderKey("main", number), create=True)
    assert operator.changed_nothing()


def test_a_number_that_an_order_has_leads_to_this_order_even_while_a_reference_waits():
    number = OrderKey("main", "number:ORD-2")
    assert add(Operator(snapshot(number="ORD-2"), snapshot(number)), key=number).order == KEY


def test_a_registration_tells_how_many_parcels_the_order_waits_for():
    events = an_event("shipment.picked_up", "A", order=KEY), an_event("shipment.delivered", "B", order=KEY)
    assert add(Operator(with_events(*events))).parcels == 3
    assert add(Operator(with_events(*events)), Parcel("A")).parcels == 2
    assert add(Operator(), create=True).parcels == 1
    cancelled = an_event("shipment.cancelled", "B", order=KEY)
    assert add(Operator(with_events(cancelled))).parcels == 1


@pytest.mark.parametrize(
    "finished",
    [
        snapshot(stage=Stage.DELIVERED),
        snapshot(closed=TerminalStatus.CANCELLED),
        with_events(an_event("order.delivered", order=KEY)),
    ],
)
def test_an_order_that_is_delivered_or_closed_waits_for_no_parcel(finished):
    assert add(Operator(finished)).parcels == 0


def test_a_registration_tells_whether_the_platform_has_shown_the_order():
    unread = replace(snapshot(), row=replace(snapshot().row, order=Order(KEY)))
    assert [add(Operator(*known), create=True).is_unseen for known in ([], [unread], [snapshot()])] == [
        True,
        True,
        False,
    ]


def test_an_unknown_order_is_created_only_with_create():
    operator = Operator()
    with operator.refuses("knows no order main/17; to create it, add --create"):
        add(operator)
    assert add(operator, create=True).is_new


def test_an_order_without_capacity_gets_no_parcel():
    operator = Operator(snapshot())
    for number in range(1000):
        operator.operations.write(an_event("order.shipped", order=KEY, key=f"evt_{number}"), b"")
    with operator.refuses("did not accept the event: quarantined, too_many_events"):
        add(operator)


def test_the_parcels_of_an_order_have_all_their_names_and_their_latest_event():
    events = recorded(
        an_event("shipment.created", "A", at=NOW, tracking_url="https://track.example/A"),
        an_event("shipment.created", shipment="S1", at=NOW),
        an_event("shipment.delivered", "A", at=NOW + 2 * HOUR, shipment="S1"),
        an_event("shipment.in_transit", "A", at=NOW + HOUR),
        an_event("shipment.created", shipment="S2", at=NOW),
        an_event("shipment.created", "B", at=NOW),
        an_event("shipment.picked_up", at=NOW),
        an_event("order.shipped", "C", at=NOW),
    )
    assert parcels_of(events) == (
        ParcelEntry(Parcel("A", "https://track.example/A", "S1"), events[2].event.name, NOW + 2 * HOUR),
        ParcelEntry(Parcel("", "", "S2"), events[4].event.name, NOW),
        ParcelEntry(Parcel("B"), events[5].event.name, NOW),
    )


def test_a_registration_is_the_latest_event_of_a_parcel_only_if_there_is_no_other():
    later: dict[str, Any] = {"source": OPERATOR, "at": NOW + 2 * HOUR}
    events = recorded(
        an_event("shipment.delivered", "A", at=NOW + HOUR),
        an_event("shipment.created", "A", tracking_url="https://track.example/A", **later),
        an_event("shipment.created", "B", **later),
    )
    assert parcels_of(events) == (
        ParcelEntry(Parcel("A", "https://track.example/A"), EventName.DELIVERED, NOW + HOUR),
        ParcelEntry(Parcel("B"), EventName.CREATED, NOW + 2 * HOUR),
    )


def test_the_list_of_parcels_says_which_an_operator_has_put_away():
    put_away = an_event("shipment.cancelled", "A", source=OPERATOR)
    events = an_event("shipment.created", "A"), an_event("shipment.cancelled", "B"), put_away
    assert [(entry.parcel.tracking, entry.put_away) for entry in parcels_of(recorded(*events))] == [
        ("A", True),
        ("B", False),
    ]
