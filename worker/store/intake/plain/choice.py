"""Chooses the plain deliveries of a group, and judges their events. Nothing here reads the database.

A delivery is plain when its outcome is known before anything is written, and is `accepted` or `duplicate`:

- Its events name their orders by their ids, and assign none to another source.
- No reference waits for a parcel of a new event.
- Each order has room for its new events and for their body, and their source for its unknown orders.
- The source of a new restricted event carries the order, or takes it with this event.
- A new event that names no parcel is about an order that the database does not have.

What is not plain takes the general way, with all that is about the same orders or has the same keys. So it makes no
difference which way is first.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from worker.domain.events import Event
from worker.domain.evidence.carriers import Carrier, assigns
from worker.domain.lanes import Lane
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.ports import Delivery
from worker.store.intake.arrivals import Arrival, KnownParcels, check_storable, names_no_parcel
from worker.store.intake.carriers import Carriers, KnownCarrier
from worker.store.intake.due_orders import room_of
from worker.store.intake.judgement import Judgement, judge
from worker.store.intake.order_bodies import MAX_BYTES, SMALLEST_COUNTED
from worker.store.intake.plain.known import Known, KnownOrder, names_of
from worker.store.intake.unknown.rooms import Bound, UnknownRooms


class Choice(NamedTuple):
    """The judgements on the events of the plain deliveries, and the carriers of those that are restricted."""

    judgements: Sequence[Judgement]
    carriers: Carriers


def is_candidate(delivery: Delivery) -> bool:
    """Tell whether *delivery* may be plain, as far as it tells by itself."""
    is_usable = bool(delivery.events) and not (delivery.unusable or delivery.keep_once)
    return is_usable and all(
        not (event.order.reference or assigns(event)) and check_storable(event) is None for event in delivery.events
    )


def choose(deliveries: Sequence[Delivery], candidates: Sequence[int], known: Known, rooms: UnknownRooms) -> Choice:
    """Choose the plain ones of *deliveries*. *candidates* are the indexes of those for which `is_candidate` is true.

    *known* answers their questions, and *rooms* has the room of each source for unknown orders.
    """
    # The deliveries have no ids yet. No delivery in the database has a negative one.
    arrivals = [
        Arrival(event, -1 - index, deliveries[index].received_at, deliveries[index].max_unknown)
        for index in candidates
        for event in deliveries[index].events
    ]
    carriers = _carriers(known, [arrival.event for arrival in arrivals if arrival.event.restricted])
    parcels = {arrival.event.order: KnownParcels() for arrival in arrivals if names_no_parcel(arrival.event)}
    judgements = judge(arrivals, known.events, parcels, carriers)
    others = {*range(len(deliveries))}.difference(candidates)
    others |= {index_of(judgement) for judgement in judgements if _is_odd(judgement, known)}
    others |= _of_full_orders(deliveries, judgements, known)
    others = _with_related(deliveries, others | _without_room(judgements, others, known, rooms))
    return Choice([judgement for judgement in judgements if index_of(judgement) not in others], carriers)


def index_of(judgement: Judgement) -> int:
    """Return the index of the delivery of *judgement* in its group."""
    return -1 - judgement.arrival.delivery_id


def by_order(judgements: Iterable[Judgement]) -> dict[OrderKey, list[Judgement]]:
    """Return those of *judgements* that make their order due, by the order."""
    orders: dict[OrderKey, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.result.wake_ups:
            orders.setdefault(judgement.arrival.event.order, []).append(judgement)
    return orders


def room_for(judgements: Sequence[Judgement], order: KnownOrder | None) -> int:
    """Return how many events the order of *judgements* takes."""
    return room_of(judgements, order.lane, order.read_at) if order else room_of(judgements, Lane.NEW, None)


def _carriers(known: Known, restricted: Iterable[Event]) -> Carriers:
    """Return what is known of the carriers of the orders of *restricted* events.

    An order may have fewer events of a source than is said here: they are not counted one by one.
    """
    carriers: dict[OrderKey, KnownCarrier] = {}
    for event in restricted:
        order, carrier = known.orders.get(event.order), carriers.setdefault(event.order, KnownCarrier())
        if order:
            carrier.before = carrier.after = Carrier(order.carrier, order.carrier_by)
            carrier.counts[event.source] = order.event_count
    return carriers


def _is_odd(judgement: Judgement, known: Known) -> bool:
    """Tell whether the general way must judge the event."""
    event = judgement.arrival.event
    if judgement.result.outcome is DeliveryOutcome.QUARANTINED:
        return True
    if not judgement.is_new:
        return False
    if known.awaited and not known.awaited.isdisjoint(names_of(event)):
        return True
    # Which parcel it is about follows from the order's other events.
    return event.order in known.orders and names_no_parcel(event)


def _of_full_orders(deliveries: Sequence[Delivery], judgements: Iterable[Judgement], known: Known) -> set[int]:
    """Return the indexes of the deliveries with new events of orders that may not have room for them."""
    full = set[int]()
    orders_of_body: dict[int, OrderKey] = {}
    for key, its_judgements in by_order(judgements).items():
        new = [judgement for judgement in its_judgements if judgement.is_new]
        indexes, order = {index_of(judgement) for judgement in new}, known.orders.get(key)
        events, size = (order.event_count, order.body_bytes) if order else (0, 0)
        # A body is never larger than it came.
        large = [index for index in indexes if len(deliveries[index].body) >= SMALLEST_COUNTED]
        size += sum(len(deliveries[index].body) for index in large)
        if events + len(new) > room_for(its_judgements, order) or (large and size > MAX_BYTES):
            full.update(map(index_of, its_judgements))
        full.update(index for index in large if orders_of_body.setdefault(index, key) != key)
    return full


def _without_room(judgements: Iterable[Judgement], others: set[int], known: Known, rooms: UnknownRooms) -> set[int]:
    """Return the indexes of the deliveries with new orders of sources whose unknown orders must be counted first."""
    by_bound: dict[Bound, list[Judgement]] = {}
    for judgement in judgements:
        event, most = judgement.arrival.event, judgement.arrival.max_unknown
        is_new_order = judgement.is_new and event.order not in known.orders and index_of(judgement) not in others
        if most is not None and is_new_order:
            by_bound.setdefault(Bound(event.order.account, event.source, most), []).append(judgement)
    return {
        index_of(judgement)
        for bound, its_judgements in by_bound.items()
        if not _take_room(rooms, bound, [judgement.arrival for judgement in its_judgements])
        for judgement in its_judgements
    }


def _take_room(rooms: UnknownRooms, bound: Bound, arrivals: Collection[Arrival]) -> bool:
    names = {arrival.event.order for arrival in arrivals}
    return rooms.take(bound, len(names), max(arrival.now for arrival in arrivals))


def _with_related(deliveries: Sequence[Delivery], others: set[int]) -> set[int]:
    """Return *others*, and the indexes of all deliveries that share an order or a key with one of them."""
    count = -1
    while others and count != len(others):
        count = len(others)
        marks = {mark for index in others for mark in _marks(deliveries[index])}
        others = {n for n, each in enumerate(deliveries) if n in others or not marks.isdisjoint(_marks(each))}
    return others


def _marks(delivery: Delivery) -> Iterable[object]:
    for event in delivery.events:
        yield event.order
        yield "key", event.source, event.key
