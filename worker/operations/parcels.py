"""The parcels of an order, as its events name them."""

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.instants import Instant


@dataclass(frozen=True, slots=True)
class Parcel:
    """The names of a parcel. A name is empty when nobody has given it; *url* is that of its tracking page."""

    tracking: str
    url: str = ""
    shipment: str = ""


@dataclass(frozen=True, slots=True)
class ParcelEntry:
    """A parcel in the database: the latest event about it, and when that happened.

    The registration of the parcel by an operator is the latest event only if there is no other.
    """

    parcel: Parcel
    latest: EventName
    at: Instant


def is_registration(event: Event) -> bool:
    """Tell whether an operator has registered a parcel by this event."""
    return event.source == OPERATOR and event.name is EventName.CREATED


def parcels_of(events: Iterable[RecordedEvent]) -> tuple[ParcelEntry, ...]:
    """Return the parcels that *events* of one order name, the first one named first.

    An event with a shipment id alone is about the parcel that another event gives this id and a tracking number.
    """
    of_shipments = [recorded.event for recorded in events if recorded.event.name.startswith("shipment.")]
    numbers = {event.shipment: event.tracking for event in of_shipments if event.shipment and event.tracking}
    by_name: dict[tuple[str, str], list[Event]] = {}
    for event in of_shipments:
        tracking = event.tracking or numbers.get(event.shipment, "")
        if tracking or event.shipment:
            by_name.setdefault((tracking, "" if tracking else event.shipment), []).append(event)
    return tuple(_entry(tracking, its_events) for (tracking, _), its_events in by_name.items())


def events_about(events: Iterable[RecordedEvent], tracking: str) -> list[RecordedEvent]:
    """Return those of *events* that are about the parcel *tracking*, also by the shipment ids that others give it."""
    events = list(events)
    shipments = {recorded.event.shipment for recorded in events if recorded.event.tracking == tracking} - {""}
    return [
        recorded
        for recorded in events
        if (recorded.event.tracking or tracking) == tracking
        and (recorded.event.tracking or recorded.event.shipment in shipments)
    ]


def _entry(tracking: str, events: list[Event]) -> ParcelEntry:
    timeline = sorted(events, key=lambda event: event.occurred_at)
    urls = [event.tracking_url for event in timeline if event.tracking_url]
    shipments = [event.shipment for event in timeline if event.shipment]
    parcel = Parcel(tracking, "".join(urls[-1:]), "".join(shipments[-1:]))
    reports = [event for event in timeline if not is_registration(event)] or timeline
    return ParcelEntry(parcel, reports[-1].name, reports[-1].occurred_at)
