"""The parcels of an order, as its events name them."""

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.evidence.parcels import by_parcel, in_sequence
from worker.domain.instants import Instant
from worker.domain.tracking import is_same_parcel, parcel_form


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
    put_away: bool = False
    """Whether an operator has put it away, so that no order waits for it."""


def is_registration(event: Event) -> bool:
    """Tell whether an operator has registered a parcel by this event."""
    return event.source == OPERATOR and event.name is EventName.CREATED


def parcels_of(events: Iterable[RecordedEvent]) -> tuple[ParcelEntry, ...]:
    """Return the parcels that *events* of one order name, the first one named first.

    An event with a shipment id alone is about the parcel that another event gives this id and a tracking number.
    """
    events = list(events)
    of_shipments = [recorded.event for recorded in events if recorded.event.name.startswith("shipment.")]
    numbers = {event.shipment: event.tracking for event in of_shipments if event.shipment and event.tracking}
    by_name: dict[tuple[str, str], list[Event]] = {}
    written: dict[str, str] = {}
    for event in of_shipments:
        tracking = event.tracking or numbers.get(event.shipment, "")
        if tracking or event.shipment:
            form = parcel_form(tracking)
            written.setdefault(form, tracking)
            by_name.setdefault((form, "" if form else event.shipment), []).append(event)
    histories, _ = by_parcel(in_sequence(events))
    put_away = {parcel_form(parcel.number) for parcel in histories if parcel.number and parcel.is_put_away}
    return tuple(
        _entry(written[form], its_events, put_away=form in put_away) for (form, _), its_events in by_name.items()
    )


def events_about(events: Iterable[RecordedEvent], tracking: str) -> list[RecordedEvent]:
    """Return those of *events* that are about the parcel *tracking*, also by the shipment ids that others give it."""
    events = list(events)
    shipments = {e.event.shipment for e in events if is_same_parcel(e.event.tracking, tracking)} - {""}
    return [
        e
        for e in events
        if is_same_parcel(e.event.tracking, tracking)
        or (not parcel_form(e.event.tracking) and e.event.shipment in shipments)
    ]


def _entry(tracking: str, events: list[Event], *, put_away: bool) -> ParcelEntry:
    timeline = sorted(events, key=lambda event: event.occurred_at)
    urls = [event.tracking_url for event in timeline if event.tracking_url]
    shipments = [event.shipment for event in timeline if event.shipment]
    parcel = Parcel(tracking, "".join(urls[-1:]), "".join(shipments[-1:]))
    reports = [event for event in timeline if not is_registration(event)] or timeline
    return ParcelEntry(parcel, reports[-1].name, reports[-1].occurred_at, put_away)
