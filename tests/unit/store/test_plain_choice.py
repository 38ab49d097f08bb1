"""Which deliveries of a group are plain, by what the database knows of their events and orders."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import KEY, a_delivery, a_hint, an_event
from worker.domain.events import EventName
from worker.domain.evidence.carriers import MAX_OF_ONE
from worker.domain.lanes import Lane
from worker.domain.lifecycle.unknown import MAX_EVENTS_OF_UNKNOWN
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery
from worker.store.intake.arrivals import KnownEvent
from worker.store.intake.order_bodies import MAX_BYTES
from worker.store.intake.plain.choice import choose, index_of, is_candidate
from worker.store.intake.plain.known import Known, KnownOrder
from worker.store.intake.statements import MAX_EVENTS
from worker.store.intake.unknown.rooms import Bound, UnknownRooms

ORDER = KnownOrder(row_id=7, event_count=3, lane=Lane.KNOWN, read_at=START, carrier="", carrier_by="", body_bytes=0)
OURS = {"carrier": "courier", "carrier_by": "courier"}
ELSEWHERE = OrderKey("main", "2")


def chosen(*group: Delivery, known: Known | None = None, rooms: UnknownRooms | None = None) -> list[int]:
    """Return the indexes of the plain deliveries of *group*."""
    candidates = [index for index, delivery in enumerate(group) if is_candidate(delivery)]
    choice = choose(group, candidates, known or Known({}, {}, set()), rooms or UnknownRooms())
    return sorted({index_of(judgement) for judgement in choice.judgements})


def with_order(**columns: Any) -> Known:
    return Known({}, {KEY: ORDER._replace(**columns)}, set())


PARCEL = an_event(EventName.IN_TRANSIT, "TRK1")
RESTRICTED = replace(PARCEL, restricted=True)
BODY = b"." * 1000


@pytest.mark.parametrize(
    ("delivery", "columns"),
    [
        (a_delivery(PARCEL), {}),
        (a_delivery(an_event(EventName.ORDER_SHIPPED)), {"event_count": MAX_EVENTS - 1}),
        (a_delivery(PARCEL), {"lane": Lane.NEW, "read_at": None, "event_count": MAX_EVENTS_OF_UNKNOWN}),
        (a_delivery(RESTRICTED), {**OURS, "event_count": MAX_OF_ONE - 1}),
        (a_delivery(replace(RESTRICTED, carrier="courier")), {}),
        (a_delivery(PARCEL, body=BODY), {"body_bytes": MAX_BYTES - len(BODY)}),
    ],
    ids=["a parcel", "the last event", "of a source without bound", "of its carrier", "takes it", "room for the body"],
)
def test_a_new_event_of_a_known_order_is_plain(delivery: Delivery, columns: dict[str, Any]):
    assert chosen(delivery, known=with_order(**columns)) == [0]


@pytest.mark.parametrize(
    ("delivery", "columns"),
    [
        (a_delivery(an_event(EventName.ORDER_SHIPPED)), {"event_count": MAX_EVENTS}),
        (
            a_delivery(PARCEL, max_unknown=9),
            {"lane": Lane.NEW, "read_at": None, "event_count": MAX_EVENTS_OF_UNKNOWN},
        ),
        (a_delivery(an_event(EventName.IN_TRANSIT)), {}),
        (a_delivery(replace(PARCEL, carrier="other")), {}),
        (a_delivery(RESTRICTED), {}),
        (a_delivery(replace(RESTRICTED, carrier="courier")), {"carrier": "other", "carrier_by": "other"}),
        (a_delivery(RESTRICTED), {**OURS, "event_count": MAX_OF_ONE}),
        (a_delivery(PARCEL, body=BODY), {"body_bytes": MAX_BYTES - len(BODY) + 1}),
        (a_delivery(PARCEL, an_event(order=ELSEWHERE), body=BODY), {}),
        (a_delivery(an_event(order=OrderKey("main", "number:N"))), {}),
        (a_delivery(an_event(key="k" * 501)), {}),
        (a_delivery(PARCEL, unusable=QuarantineReason.NO_ORDER), {}),
        (a_delivery(PARCEL, keep_once="courier/evt_1"), {}),
        (a_delivery(), {}),
    ],
    ids=[
        "full",
        "full and never shown",
        "which parcel",
        "assigns",
        "nobody carries it",
        "not its own",
        "many of one source",
        "no room for the body",
        "a large body of two orders",
        "a reference",
        "not storable",
        "partly unusable",
        "stale",
        "no event",
    ],
)
def test_what_needs_another_rule_takes_the_general_way(delivery: Delivery, columns: dict[str, Any]):
    assert chosen(delivery, known=with_order(**columns)) == []


def test_an_event_for_whose_parcel_a_reference_waits_takes_the_general_way():
    awaits = Known({}, {}, {("main", "tracking", "TRK1"), ("main", "shipment", "S1")})
    others = [a_delivery(an_event(tracking=number, order=ELSEWHERE, shipment=n)) for number, n in [("TRK2", "S2")]]
    group = [a_delivery(an_event(tracking="trk-1")), a_delivery(an_event(shipment="S1")), *others]
    assert chosen(*group, known=awaits) == [2]


def test_a_known_event_is_plain_also_of_a_full_order_and_a_contradiction_is_not():
    known_events = {("courier", "a"): KnownEvent(1, 1, 7, "shipment.in_transit", "TRK1", "", *KEY)}
    known = Known(known_events, {KEY: ORDER._replace(event_count=MAX_EVENTS)}, {("main", "tracking", "TRK1")})
    assert chosen(a_delivery(replace(PARCEL, key="a")), known=known) == [0]
    assert chosen(a_delivery(replace(PARCEL, key="a", tracking="TRK2")), known=known) == []


def test_what_shares_an_order_or_a_key_with_the_general_way_takes_it_too():
    odd = a_delivery(an_event(key="a"), unusable=QuarantineReason.NO_ORDER)
    same_key = a_delivery(an_event(key="a", order=ELSEWHERE))
    same_order = a_delivery(an_event(key="b", order=ELSEWHERE))
    another = a_delivery(an_event(key="c", order=OrderKey("main", "3")))
    assert chosen(same_order, another, same_key, odd) == [1]


def test_a_new_order_is_plain_while_its_source_has_room_for_unknown_ones():
    rooms = UnknownRooms()
    group = [a_delivery(a_hint(f"h{n}", order=OrderKey("main", str(n))), max_unknown=100) for n in range(2)]
    assert chosen(*group, rooms=rooms) == []
    rooms.found(Bound("main", "courier", 100), 4, START, taken=0)
    assert [chosen(each, rooms=rooms) for each in group] == [[0], []]
    known = Known({}, {OrderKey("main", "1"): ORDER}, set())
    assert chosen(group[1], known=known, rooms=rooms) == [0]


def test_the_new_events_of_a_group_have_room_together():
    known = with_order(event_count=MAX_EVENTS - 1)
    assert chosen(a_delivery(PARCEL), a_delivery(replace(PARCEL, key="b")), known=known) == []
    assert chosen(a_delivery(PARCEL), a_delivery(PARCEL), known=known) == [0, 1], "the second one repeats the first"
