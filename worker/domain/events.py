"""Events: what a delivery says about an order, in our words."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import DAY, Instant
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage

OPERATOR = "operator"
"""The source of the events that operators write. No sender of webhooks may have this name."""

MAX_AGE = 30 * DAY
"""An event that claims to be older than this counts as this old."""


class EventName(StrEnum):
    """Everything that an event can say about an order."""

    HINT = "hint"
    """Read the order again."""
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


STAGE_OF: dict[EventName, Stage] = {
    EventName.ORDER_ACCEPTED: Stage.ACCEPTED,
    EventName.ORDER_SHIPPED: Stage.SHIPPED,
    EventName.ORDER_DELIVERED: Stage.DELIVERED,
    EventName.ORDER_COMPLETED: Stage.COMPLETED,
    EventName.PICKED_UP: Stage.SHIPPED,
    EventName.IN_TRANSIT: Stage.SHIPPED,
    EventName.OUT_FOR_DELIVERY: Stage.SHIPPED,
    EventName.DELIVERED: Stage.DELIVERED,
}
"""The stage that an event names. An event without one moves nothing by itself."""

MOVEMENTS = frozenset({EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.OUT_FOR_DELIVERY, EventName.DELIVERED})
"""The courier has a parcel, or has delivered it."""

LOSSES = frozenset({EventName.RETURNED, EventName.LOST})
"""A parcel will not arrive: a person decides."""


class EventResult(StrEnum):
    """What has become of an event; exactly one at a time."""

    PENDING = "pending"
    """It is still needed."""
    APPLIED = "applied"
    """We asked the platform for its stage, and the platform confirmed it."""
    SUPERSEDED = "superseded"
    """The order had reached its stage without it."""
    NOTED = "noted"
    """It names no stage, and is recorded."""
    STOPPED = "stopped"
    """The order stopped before the event's stage was reached."""
    VOID = "void"
    """Nothing can follow from it any more."""


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news in a delivery. *key* is unique within its source.

    *occurred_at* is when it happened, `clamped` by the receiver. An empty *tracking* means the order's only parcel.
    *parcels* is the number of parcels that the event announces.
    """

    source: str
    key: str
    order: OrderKey
    name: EventName
    occurred_at: Instant
    received_at: Instant
    tracking: str = ""
    tracking_url: str = ""
    parcels: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event in the database. *revision* is the order's revision that the event made."""

    id: int
    revision: int
    event: Event
    result: EventResult = EventResult.PENDING


def clamped(occurred_at: Instant, received_at: Instant) -> Instant:
    """Return *occurred_at*, or the nearest instant in the 30 days before *received_at*: clocks can be wrong."""
    return min(max(occurred_at, received_at - MAX_AGE), received_at)


def fingerprint(*parts: object) -> str:
    """Return a key for an event without an id, made of JSON values. No sender's own id takes this form by accident."""
    return "event-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()
