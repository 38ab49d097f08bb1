"""Events: statements of deliveries about orders, in the words of this program."""

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum

from worker.domain.instants import DAY, Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.stages import Stage

OPERATOR = "operator"
"""The source of the events that operators write. No source of webhooks may have this name."""

MAX_AGE = 30 * DAY
"""An event that is older when it is received counts as this old."""


class EventName(StrEnum):
    """The kinds of events. The word before the dot is the family, which a source may be allowed to send."""

    HINT = "hint"
    """It says only that the order should be read again."""
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
"""The events that show that a courier has a parcel, or has delivered it."""

LOSSES = frozenset({EventName.RETURNED, EventName.LOST})
"""The events after which a parcel will not arrive. A person decides what to do."""


class EventResult(StrEnum):
    """The result of an event. Every event has exactly one at a time."""

    PENDING = "pending"
    """It is still needed."""
    APPLIED = "applied"
    """We asked the platform for the event's stage, and the platform confirmed it."""
    SUPERSEDED = "superseded"
    """The order had reached the event's stage already."""
    NOTED = "noted"
    """It names no stage; it is only recorded."""
    STOPPED = "stopped"
    """The order stopped before the event's stage was reached."""
    VOID = "void"
    """It has no effect any more: the order was cancelled or refunded, was not found, or an operator has closed it or
    has assigned it to another source."""


@dataclass(frozen=True, slots=True)
class Event:
    """One statement of a delivery about one order. *key* is unique within the source.

    *occurred_at* is when it happened, by the sender's clock and `clamped` by the receiver. *received_at* is the time of
    the database's clock. An empty *tracking* means the order's only parcel. *parcels* is the number of parcels that the
    order has, if the event says so. *shipment* is the courier's own id of the parcel's shipment, if the event has it.

    *restricted*: its source may report only orders that it carries. *carrier* is the source that carries the order by
    this event, if it says so: another one is assigned, and the event's own takes an order that nobody carries.
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
    shipment: str = ""
    restricted: bool = False
    carrier: str = ""

    @property
    def parcel_names(self) -> tuple[Reference, ...]:
        """The names that the event gives its parcel: the tracking number and the shipment id, if it has them."""
        names = (Reference("tracking", self.tracking), Reference("shipment", self.shipment))
        return tuple(name for name in names if name.comparable)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event in the database. *revision* is the revision of the order that the event caused.

    *delivery_id* is the id of the delivery that brought it; None if an operator did.
    """

    id: int
    revision: int
    event: Event
    result: EventResult = EventResult.PENDING
    delivery_id: int | None = field(default=None, compare=False)


def clamped(occurred_at: Instant, received_at: Instant) -> Instant:
    """Return the instant in the 30 days before *received_at* that is nearest to *occurred_at*: clocks can be wrong."""
    return min(max(occurred_at, received_at - MAX_AGE), received_at)


def fingerprint(*parts: object) -> str:
    """Return a key for an event without an id, from JSON values. No sender's id has this form by accident."""
    return "event-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()
