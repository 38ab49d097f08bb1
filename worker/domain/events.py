"""Events: the news of a delivery, in our words."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import DAY
from worker.domain.orders import OrderKey, Place

OPERATOR = "operator"
"""The source of events that an operator writes: no sender of webhooks may have this name."""


MAX_AGE = 30 * DAY
"""How old news can be; what claims to be older happened this long ago."""


class EventName(StrEnum):
    """Everything that news can say about an order."""

    HINT = "hint"
    ORDER_ACCEPTED = "order.accepted"
    ORDER_SHIPPED = "order.shipped"
    ORDER_DELIVERED = "order.delivered"
    ORDER_COMPLETED = "order.completed"
    CREATED = "shipment.created"
    PICKED_UP = "shipment.picked_up"
    IN_TRANSIT = "shipment.in_transit"
    OUT_FOR_DELIVERY = "shipment.out_for_delivery"
    DELIVERED = "shipment.delivered"
    DELIVERY_FAILED = "shipment.delivery_failed"
    CANCELLED = "shipment.cancelled"
    RETURNED = "shipment.returned"
    LOST = "shipment.lost"


SAYS: dict[EventName, Place] = {
    EventName.ORDER_ACCEPTED: Place.ACCEPTED,
    EventName.ORDER_SHIPPED: Place.SHIPPED,
    EventName.ORDER_DELIVERED: Place.DELIVERED,
    EventName.ORDER_COMPLETED: Place.COMPLETED,
    EventName.PICKED_UP: Place.SHIPPED,
    EventName.IN_TRANSIT: Place.SHIPPED,
    EventName.OUT_FOR_DELIVERY: Place.SHIPPED,
    EventName.DELIVERED: Place.DELIVERED,
}
"""The place that an event speaks for; the others move nothing by themselves."""

MOVEMENTS = frozenset({EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.OUT_FOR_DELIVERY, EventName.DELIVERED})
"""A parcel is under way, or has arrived."""

LOSSES = frozenset({EventName.RETURNED, EventName.LOST})
"""A parcel will not arrive: a person decides."""


class EventEnd(StrEnum):
    """How an event ended; exactly one at a time."""

    PENDING = "pending"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    NOTED = "noted"
    STOPPED = "stopped"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news. *key* is unique within its source; instants are microseconds, UTC.

    *occurred_at* is when it happened, `clamped` by the receiver. An empty *tracking* means the order's only parcel.
    """

    source: str
    key: str
    order: OrderKey
    name: EventName
    occurred_at: int
    received_at: int
    tracking: str = ""
    tracking_url: str = ""
    parcels: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the journal: *revision* is its order's revision when it was written."""

    id: int
    revision: int
    event: Event
    end: EventEnd = EventEnd.PENDING


def clamped(occurred_at: int, received_at: int) -> int:
    """Return *occurred_at*, or the nearest instant in the 30 days before *received_at*: clocks of others go wrong."""
    return min(max(occurred_at, received_at - MAX_AGE), received_at)


def fingerprint(*parts: object) -> str:
    """Return a key for news without an id, made of JSON values; no id of a sender's own takes its form by accident."""
    return "news-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()
