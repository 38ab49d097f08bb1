"""Two couriers of one account, `north` and `south`: each may report only its own orders."""

from typing import Any

from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness
from worker.domain.events import Event, EventName
from worker.domain.evidence.carriers import taken_by
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Receipt

ACCEPTED = (DeliveryOutcome.ACCEPTED, None)
NOT_YOURS = (DeliveryOutcome.QUARANTINED, QuarantineReason.NOT_YOUR_ORDER)


def news(source: str, name: EventName | str, tracking: str = "", **fields: object) -> Event:
    """Return an event of a source that may report only its own orders, as the receiver reads it."""
    order = fields.pop("order", KEY)
    if isinstance(order, OrderKey) and order.reference:
        order = order._replace(order_id=str(order.reference._replace(source=source)))
    values: dict[str, Any] = {"carrier": taken_by(EventName(name), source), "restricted": True, **fields}
    return an_event(name, tracking, source=source, order=order, **values)


def write(harness: Harness, *events: Event) -> Receipt:
    """Write one delivery of *events*, which are all of one source."""
    body = repr(events[0].key).encode()
    delivery = a_delivery(*events, source=events[0].source, received_at=harness.clock(), body=body)
    return harness.intake.write(delivery)


def report(harness: Harness, *events: Event) -> tuple[DeliveryOutcome, QuarantineReason | None]:
    """Write one delivery of *events*, and return its outcome and reason."""
    receipt = write(harness, *events)
    return receipt.outcome, receipt.reason


def carrier_of(harness: Harness, key: OrderKey = KEY) -> tuple[str, str]:
    """Return who carries the order, and by whose word."""
    order = harness.snapshot(key).order
    return order.carrier, order.carrier_by
