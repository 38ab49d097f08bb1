"""Carriers: which source carries an order, and whose news of it counts. Pure rules.

Some sources may report only the orders that they carry: their events are *restricted*. The others are never refused.
"""

from collections.abc import Iterable
from typing import NamedTuple

from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference

OF_A_PARCEL_UNDER_WAY = frozenset(
    {
        EventName.CREATED,
        EventName.PICKED_UP,
        EventName.IN_TRANSIT,
        EventName.OUT_FOR_DELIVERY,
        EventName.DELIVERED,
        EventName.DELIVERY_FAILED,
    }
)
"""The events that a new parcel has. A return, a loss or a cancellation may come long after an order has ended."""


class Carrier(NamedTuple):
    """Who carries an order: the *source*, and *by* whose word: its own, another source's, or an operator's.

    Both are empty while nobody carries it.
    """

    source: str = ""
    by: str = ""


NOBODY = Carrier()

MAX_OF_ONE = 500
"""The most events of one restricted source about one order: half of what an order takes. So if the wrong source was its
carrier for a while, there is room for the right one.
"""


def assigns(event: Event) -> bool:
    """Tell whether *event* says that another source than its own carries the order."""
    return event.carrier not in {"", event.source}


def carrier_after(
    carrier: Carrier, event: Event, *, has_reported: bool = False, assigned_at: Instant | None = None
) -> Carrier:
    """Return the carrier of an order after *event*, which had *carrier* before it.

    An event that names another source assigns the order to it, unless it happened before *assigned_at*, when the latest
    event of this kind did; None if there was none. Only an operator's word outlasts that. An event that names its own
    source takes an order that nobody carries. *has_reported*: its source has reported a parcel of the order before it
    was restricted, so any event of it takes such an order.
    """
    if assigns(event):
        is_outdated = assigned_at is not None and event.occurred_at < assigned_at
        return carrier if carrier.by == OPERATOR or is_outdated else Carrier(event.carrier, event.source)
    takes = event.carrier == event.source or (event.restricted and has_reported)
    return Carrier(event.source, event.source) if takes and not carrier.source else carrier


def may_report(event: Event, carrier: Carrier) -> bool:
    """Tell whether the source of *event* may report the order that *carrier* carries."""
    return not event.restricted or event.source == carrier.source


def of_carrier(events: Iterable[RecordedEvent], carrier: str) -> list[RecordedEvent]:
    """Return those of *events* that count for an order that *carrier* carries: restricted ones are of this source."""
    return [recorded for recorded in events if not recorded.event.restricted or recorded.event.source == carrier]


def concerns(event: Event, reference: Reference) -> bool:
    """Tell whether *event* may have the parcel for which *reference* waits.

    A restricted source knows only the parcels of its own events and of unrestricted ones.
    """
    return not (reference.source and event.restricted) or event.source == reference.source


def taken_by(name: EventName, source: str) -> str:
    """Return what `Event.carrier` is in an event *name* of a courier: *source*, if it takes an order with it."""
    return source if name in OF_A_PARCEL_UNDER_WAY else ""


def about_order(key: OrderKey) -> str:
    """Return how the detail of a delivery begins that is quarantined because of the carrier of the order *key*."""
    return f"{key}: "
