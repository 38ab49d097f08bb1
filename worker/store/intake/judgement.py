"""The judgement on each event that arrives: it is new, known, or not usable.

- A known key with the same event (order, event name, tracking number) is a duplicate. A repeated hint makes its order
  due, too.
- A known key with another event is quarantined: `key_reused`.
- A shipment event without a tracking number, of an order with several parcels, is quarantined: `which_parcel`. So is a
  second delivery without a tracking number, if several parcels are announced.
- An event of a source that may report only orders that it carries, and that does not carry this one, is quarantined:
  `not_your_order`.
- An event that no database can hold is quarantined: `bad_text` or `bad_number`.

Each arrival is judged as if all arrivals before it were written. Nothing here reads or writes the database. `events`
adds the last rule, `too_many_events`, when it writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.tracking import parcel_form
from worker.store.intake.arrivals import (
    Arrival,
    KnownEvent,
    KnownEvents,
    KnownParcels,
    ParcelsOfOrders,
    names_no_parcel,
)
from worker.store.intake.carriers import Carriers, KnownCarrier
from worker.store.intake.outcomes import IntakeResult, quarantined


@dataclass(eq=False, slots=True)
class Judgement:
    """The judgement on *arrival*. *result* has wake-ups when the arrival makes its order due, and no id of a new event.

    *is_new*: the event is to be written, unless its order is full. *known_event* is the event in the database with the
    same key. *first* is the judgement on the new event with the same key that arrived earlier in the same transaction.
    """

    arrival: Arrival
    result: IntakeResult
    is_new: bool = False
    known_event: KnownEvent | None = None
    first: "Judgement | None" = None


def judge(
    arrivals: Sequence[Arrival], known_events: KnownEvents, parcels: ParcelsOfOrders, carriers: Carriers
) -> list[Judgement]:
    """Return the judgement on each of *arrivals*, as if no order were full.

    *parcels* has each order of which a new event names no parcel, and *carriers* each order of which a new event is
    restricted, or assigns it. What new events say of both is added to them.
    """
    judgements, firsts = list[Judgement](), dict[tuple[str, str], Judgement]()
    for arrival in arrivals:
        identity, its_parcels = arrival.identity, parcels.get(arrival.event.order)
        its_carrier = carriers.get(arrival.event.order)
        judgement = _judge(arrival, known_events.get(identity), firsts.get(identity), its_parcels, its_carrier)
        if judgement.is_new:
            firsts[identity] = judgement
            if its_parcels is not None:
                its_parcels.add(arrival.event)
            if its_carrier is not None:
                its_carrier.add(arrival.event)
        judgements.append(judgement)
    return judgements


def _judge(
    arrival: Arrival,
    known_event: KnownEvent | None,
    first: Judgement | None,
    parcels: KnownParcels | None,
    carrier: KnownCarrier | None,
) -> Judgement:
    event = arrival.event
    if known_event is not None:
        return Judgement(arrival, judge_known(arrival, known_event), known_event=known_event)
    if first is not None:
        return Judgement(arrival, judge_known(arrival, as_known(first.arrival)), first=first)
    if carrier is not None and (refusal := carrier.refuse(event)):
        return Judgement(arrival, refusal)
    if parcels is not None and names_no_parcel(event) and parcels.leaves_open(event):
        detail = "the order has several parcels, and the event names none"
        return Judgement(arrival, quarantined(QuarantineReason.WHICH_PARCEL, detail))
    return Judgement(arrival, IntakeResult(DeliveryOutcome.ACCEPTED, wake_ups=(event.order,)), is_new=True)


def as_known(arrival: Arrival, event_id: int = 0) -> KnownEvent:
    """Return the new event of *arrival* as the database will show it, except for the row of its order."""
    event = arrival.event
    return KnownEvent(event_id, arrival.delivery_id, 0, event.name.value, event.tracking, "", *event.order)


def judge_known(arrival: Arrival, known_event: KnownEvent) -> IntakeResult:
    """Return the result of an arrival that has the key of *known_event*."""
    event = arrival.event
    # The sender may still name the order by a reference, although its order was found; or it is restricted since then.
    names = {OrderKey(known_event.account, name).plain for name in (known_event.order_id, known_event.reference)}
    same_order = event.order.plain in names
    same_parcel = parcel_form(event.tracking) == parcel_form(known_event.tracking)
    if not (same_order and same_parcel and event.name.value == known_event.name):
        detail = f"event {known_event.id} has the same key and says something else"
        return quarantined(QuarantineReason.KEY_REUSED, detail)
    same_delivery = known_event.delivery_id == arrival.delivery_id
    outcome = DeliveryOutcome.ACCEPTED if same_delivery else DeliveryOutcome.DUPLICATE
    return IntakeResult(outcome, known_event.id, wake_ups=(event.order,) if event.name is EventName.HINT else ())
