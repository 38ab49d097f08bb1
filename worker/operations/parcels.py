"""What an operator can do with the parcels of an order: list them, and register one that no courier has announced."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent, fingerprint
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.domain.snapshot import Snapshot
from worker.domain.text import clean_text, is_web_url
from worker.operations.orders import Operations

MAX_NAME = 64
"""Characters of a tracking number or a shipment id; the receiver has the same limit."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """The names of a parcel. A name is empty when nobody has given it; *url* is that of its tracking page."""

    tracking: str
    url: str = ""
    shipment: str = ""


@dataclass(frozen=True, slots=True)
class ParcelEntry:
    """A parcel in the database: the latest event about it, and when that happened."""

    parcel: Parcel
    latest: EventName
    at: Instant


@dataclass(frozen=True, slots=True)
class Registration:
    """The result of `register`. *is_new* is false when the order had the parcel. *woken* are references that waited."""

    order: OrderKey
    parcel: Parcel
    is_new: bool
    woken: tuple[OrderKey, ...] = ()


def register(
    operations: Operations, key: OrderKey, parcel: Parcel, reason: str = "", *, create: bool = False
) -> Registration:
    """Write an event that *parcel* belongs to the order *key*. References that wait for it are due at once.

    *create*: the database need not have the order yet. *reason* is a sentence for people, or empty. Raises
    `IllegalRequest` when a name is malformed, or another order of the account has the parcel.
    """
    _require_well_formed(parcel)
    if key.reference:
        raise IllegalRequest(f"{key} is a reference: say the id of the order that has the parcel")
    snapshot = operations.store.snapshot(key)
    if snapshot is None and not create:
        raise IllegalRequest(f"the database knows no order {key}; to create it, add --create")
    event = _event(key, parcel, clean_text(reason), operations.intake.now())
    _require_unclaimed(operations, event)
    if snapshot and _has_parcel(snapshot, parcel):
        return Registration(key, parcel, is_new=False)
    body = {"order": str(key), "tracking": parcel.tracking, "url": parcel.url, "shipment": parcel.shipment}
    receipt = operations.write(event, json.dumps({**body, "reason": event.note}).encode(), may_repeat=True)
    woken = tuple(reference for reference in receipt.wake_ups if reference != key)
    return Registration(key, parcel, receipt.outcome is DeliveryOutcome.ACCEPTED, woken)


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


def _entry(tracking: str, events: list[Event]) -> ParcelEntry:
    timeline = sorted(events, key=lambda event: event.occurred_at)
    urls = [event.tracking_url for event in timeline if event.tracking_url]
    shipments = [event.shipment for event in timeline if event.shipment]
    parcel = Parcel(tracking, "".join(urls[-1:]), "".join(shipments[-1:]))
    return ParcelEntry(parcel, timeline[-1].name, timeline[-1].occurred_at)


def _require_well_formed(parcel: Parcel) -> None:
    for what, name in (("tracking number", parcel.tracking), ("shipment id", parcel.shipment)):
        if name != clean_text(name) or not name.isprintable() or len(name) > MAX_NAME:
            raise IllegalRequest(f"“{clean_text(name)}” is no {what}: at most {MAX_NAME} printable characters")
    if not parcel.tracking:
        raise IllegalRequest("a tracking number is needed")
    if parcel.url and not is_web_url(parcel.url):
        raise IllegalRequest(f"“{clean_text(parcel.url)}” is no URL: one begins with https:// or http://")


def _require_unclaimed(operations: Operations, event: Event) -> None:
    """Raise `IllegalRequest` when another order of the account has the parcel of *event*."""
    for name in event.parcel_names:
        others = set(operations.store.known_as(OrderKey(event.order.account, str(name)))) - {event.order.order_id}
        if others:
            other = OrderKey(event.order.account, min(others))
            raise IllegalRequest(f"another order, {other}, has the {name.words}: nothing was changed")


def _has_parcel(snapshot: Snapshot, parcel: Parcel) -> bool:
    """Tell whether the events of the order have all the names of *parcel*."""
    its_events = [
        recorded.event
        for recorded in snapshot.events
        if recorded.event.tracking == parcel.tracking and recorded.event.name.startswith("shipment.")
    ]
    urls, shipments = {event.tracking_url for event in its_events}, {event.shipment for event in its_events}
    return bool(its_events) and parcel.url in {"", *urls} and parcel.shipment in {"", *shipments}


def _event(key: OrderKey, parcel: Parcel, note: str, now: Instant) -> Event:
    return Event(
        source=OPERATOR,
        key=fingerprint(*key, parcel.tracking, parcel.url, parcel.shipment),
        order=key,
        name=EventName.CREATED,
        occurred_at=now,
        received_at=now,
        tracking=parcel.tracking,
        tracking_url=parcel.url,
        note=note,
        shipment=parcel.shipment,
    )
