"""Registers a parcel of an order that no courier has announced."""

import json
from dataclasses import dataclass
from shlex import quote

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent, fingerprint
from worker.domain.evidence import Evidence, weigh
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import DeliveryOutcome
from worker.domain.snapshot import Snapshot
from worker.domain.stages import Stage, has_reached
from worker.domain.text import clean_text, is_web_url
from worker.operations.orders import Operations
from worker.operations.parcels import Parcel

MAX_NAME = 64
"""Characters of a tracking number or a shipment id; the receiver has the same limit."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The result of `register`. *is_new* is false when the order had the parcel. *woken* are references that waited.

    *parcels* is how many parcels the order now has to wait for; 0 when it is delivered, or closed. *is_unseen*: the
    platform has not shown the order yet.
    """

    order: OrderKey
    parcel: Parcel
    is_new: bool
    woken: tuple[OrderKey, ...] = ()
    parcels: int = 1
    is_unseen: bool = False


def register(
    operations: Operations, key: OrderKey, parcel: Parcel, reason: str = "", *, create: bool = False
) -> Registration:
    """Write an event that *parcel* belongs to the order *key*. References that wait for it are due at once.

    *key* may be a reference that leads to one order. *create*: the database need not have the order yet. *reason* is a
    sentence for people, or empty. Raises `IllegalRequest` when a name is malformed, or another order of the account has
    the parcel.
    """
    _require_well_formed(parcel)
    key = known_order(operations, key)
    snapshot = operations.store.snapshot(key)
    if snapshot is None and not create:
        raise IllegalRequest(f"the database knows no order {key}; to create it, add --create")
    event = _event(key, parcel, clean_text(reason), operations.intake.now())
    _require_unclaimed(operations, event)
    is_unseen = snapshot is None or snapshot.order.read_at is None
    if snapshot and _has_parcel(snapshot, parcel):
        return Registration(key, parcel, is_new=False, parcels=_awaited(snapshot), is_unseen=is_unseen)
    body = {"order": str(key), "tracking": parcel.tracking, "url": parcel.url, "shipment": parcel.shipment}
    receipt = operations.write(event, json.dumps({**body, "reason": event.note}).encode(), may_repeat=True)
    woken = tuple(reference for reference in receipt.wake_ups if reference != key)
    is_new = receipt.outcome is DeliveryOutcome.ACCEPTED
    return Registration(key, parcel, is_new, woken, _awaited(snapshot, RecordedEvent(0, 0, event)), is_unseen)


def known_order(operations: Operations, key: OrderKey) -> OrderKey:
    """Return the order *key*, or the order to which the reference *key* leads. Raises `IllegalRequest`."""
    if not key.reference:
        return key
    order_ids = operations.store.known_as(key)
    if len(order_ids) != 1:
        raise IllegalRequest(f"{key} is a reference that does not lead to one order yet: say the order's id")
    return OrderKey(key.account, order_ids[0])


def _awaited(snapshot: Snapshot | None, *new: RecordedEvent) -> int:
    """Return how many parcels the order has to wait for with the event *new*; 0 when nothing waits for them."""
    if snapshot is None:
        return len(new)
    evidence, order = weigh((*snapshot.events, *new)), snapshot.order
    return 0 if order.closed or _is_delivered(order.stage, evidence) else evidence.parcels


def _is_delivered(stage: Stage | None, evidence: Evidence) -> bool:
    return has_reached(evidence.target, Stage.DELIVERED) or (stage is not None and has_reached(stage, Stage.DELIVERED))


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
            raise IllegalRequest(
                f"another order, {other}, has the {name.words}: nothing was changed{_advice(other, name)}"
            )


def _advice(other: OrderKey, name: Reference) -> str:
    """Return how to take the parcel *name* from the order *other*, which may be a misprint."""
    if name.kind != "tracking":
        return ""
    command = f"fulfillment parcels remove {quote(str(other))} {quote(name.value)} --reason …"
    return f"; if it is no parcel of that order: {command}"


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
