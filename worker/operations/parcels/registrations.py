"""Registers a parcel of an order that no courier has announced."""

import json
from dataclasses import dataclass, replace
from shlex import quote

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent, fingerprint
from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.evidence.reuse import ClosedOrder, is_about_a_later_parcel
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import DeliveryOutcome
from worker.domain.stages import Stage, has_reached
from worker.domain.text import clean_text, is_printable
from worker.domain.tracking import MAX_NUMBER, is_same_parcel, is_tracking_number
from worker.domain.web_urls import read_web_url
from worker.operations.orders import Operations
from worker.operations.parcels.parcels import Parcel
from worker.operations.phrases import MAX_NOTE, WHY

MAX_NAME = 64
"""Characters of a shipment id; the receiver has the same limit."""
A_NUMBER = f"at most {MAX_NUMBER} letters, digits and - _ . / and spaces, a letter or a digit first, and no sentence"


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


@dataclass(frozen=True, slots=True)
class Registrable:
    """A registration that nothing forbids: its *event*, and the order; None if the database does not have it yet."""

    parcel: Parcel
    snapshot: Snapshot | None
    event: Event

    @property
    def is_known(self) -> bool:
        """Whether the order has the parcel already, so that nothing is to be done."""
        return self.snapshot is not None and _has_parcel(self.snapshot, self.parcel)


def register(
    operations: Operations, key: OrderKey, parcel: Parcel, reason: str = "", *, create: bool = False
) -> Registration:
    """Write an event that *parcel* belongs to the order *key*. References that wait for it are due at once.

    *key* may be a reference that leads to one order. *create*: the database need not have the order yet. *reason* is a
    sentence for people, or empty. Raises `IllegalRequest` when a name is malformed, or another order of the account has
    the parcel by the word of its carrier or of a source that may report any order.
    """
    checked = require_registrable(operations, key, parcel, reason, create=create)
    snapshot, event = checked.snapshot, checked.event
    key, parcel = event.order, checked.parcel
    is_unseen = snapshot is None or snapshot.order.read_at is None
    if checked.is_known:
        return Registration(key, parcel, is_new=False, parcels=_awaited(snapshot), is_unseen=is_unseen)
    body = {"order": str(key), "tracking": parcel.tracking, "url": parcel.url, "shipment": parcel.shipment}
    receipt = operations.write(event, json.dumps({**body, "reason": event.note}).encode(), may_repeat=True)
    woken = tuple(reference for reference in receipt.wake_ups if reference != key)
    is_new = receipt.outcome is DeliveryOutcome.ACCEPTED
    return Registration(key, parcel, is_new, woken, _awaited(snapshot, RecordedEvent(0, 0, event)), is_unseen)


def require_registrable(
    operations: Operations, key: OrderKey, parcel: Parcel, reason: str = "", *, create: bool = False
) -> Registrable:
    """Return the registration as it would be made. Raises `IllegalRequest` as `register` does."""
    parcel = _well_formed(parcel)
    key = known_order(operations, key)
    snapshot = operations.existing(key, create=create)
    event = _event(key, parcel, clean_text(reason, MAX_NOTE), operations.intake.now())
    _require_unclaimed(operations, event, snapshot.order.carrier if snapshot else "")
    return Registrable(parcel, snapshot, event)


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
    order = snapshot.order
    evidence = weigh((*snapshot.events, *new), order.acknowledged, order.counting_source)
    return 0 if order.closed or _is_delivered(order.stage, evidence) else evidence.parcels


def _is_delivered(stage: Stage | None, evidence: Evidence) -> bool:
    return has_reached(evidence.target, Stage.DELIVERED) or (stage is not None and has_reached(stage, Stage.DELIVERED))


def _well_formed(parcel: Parcel) -> Parcel:
    """Return *parcel* with its URL as events have it. Raises `IllegalRequest` when one of its names is malformed."""
    if not is_tracking_number(parcel.tracking):
        raise IllegalRequest(f"{_quoted(parcel.tracking)} is no tracking number: {A_NUMBER}")
    name = parcel.shipment
    if name != clean_text(name) or not is_printable(name) or len(name) > MAX_NAME:
        raise IllegalRequest(f"{_quoted(name)} is no shipment id: at most {MAX_NAME} printable characters")
    try:
        return replace(parcel, url=read_web_url(parcel.url) if parcel.url else "")
    except ValueError as error:
        raise IllegalRequest(f"{_quoted(parcel.url)} cannot be the URL of a tracking page: it {error}") from error


def _quoted(text: str) -> str:
    return f"“{clean_text(text)}”"


def _require_unclaimed(operations: Operations, event: Event, carrier: str) -> None:
    """Raise `IllegalRequest` when another order of the account has the parcel of *event*.

    What a restricted source says counts only if it is the *carrier* of the order. The words of other couriers are about
    parcels of their own, and must not keep an operator from naming one.
    """
    for name in event.parcel_names:
        asked = OrderKey(event.order.account, str(name._replace(source=carrier or OPERATOR)))
        others = set(operations.store.known_as(asked)) - {event.order.order_id}
        others = {other for other in others if not _has_ended(operations, OrderKey(event.order.account, other), event)}
        if others:
            other = OrderKey(event.order.account, min(others))
            raise IllegalRequest(
                f"another order, {other}, has the {name.words}: nothing was changed{_advice(other, name)}"
            )


def _has_ended(operations: Operations, key: OrderKey, event: Event) -> bool:
    """Tell whether the order *key* is closed, and its number may be used again: then another order can have it."""
    snapshot = operations.store.snapshot(key)
    if snapshot is None or snapshot.order.closed is None:
        return False
    return is_about_a_later_parcel([RecordedEvent(0, 0, event)], ClosedOrder(snapshot.order, snapshot.events))


def _advice(other: OrderKey, name: Reference) -> str:
    """Return how to take the parcel *name* from the order *other*, which may be a misprint."""
    if name.kind != "tracking":
        return ""
    command = f"fulfillment parcels remove {quote(str(other))} {quote(name.value)} --reason {WHY}"
    return f"; if it is no parcel of that order: {command}"


def _has_parcel(snapshot: Snapshot, parcel: Parcel) -> bool:
    """Tell whether the events of the order have all the names of *parcel*."""
    its_events = [
        recorded.event
        for recorded in snapshot.events
        if is_same_parcel(recorded.event.tracking, parcel.tracking) and recorded.event.name.startswith("shipment.")
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
