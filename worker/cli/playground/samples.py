"""The sample orders of the playground: each is created at the simulated platform, and its senders post about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from worker.cli.demo.script import NewOrder, Signature

REFUSAL = {"status": False, "error": "validation_failed", "message": "Branch is closed"}
"""The answer of the platform to a write that it refuses."""


@dataclass(frozen=True, slots=True)
class News:
    """One delivery of the courier: an *event* of a *parcel*, which has a letter if the order has several."""

    event: str
    parcel: str = ""
    parcels: int | None = None
    signature: Signature = "valid"


@dataclass(frozen=True, slots=True)
class Sample:
    """One order, with what the courier posts about it. *lesson* says what there is to see.

    *refused_writes* is how many writes of the order the platform refuses, before it takes them.
    """

    order_id: str
    lesson: str
    new_order: NewOrder = field(default_factory=NewOrder)
    news: tuple[News, ...] = ()
    refused_writes: int = 0


SAMPLES = (
    Sample("1001", "delivered, and completed", news=(News("shipment.picked_up"), News("shipment.delivered"))),
    Sample("1002", "shipped: it waits for news of its parcel", news=(News("shipment.picked_up"),)),
    Sample("1003", "waits for its payment, which a scan finds within two minutes", NewOrder(payment="unpaid")),
    Sample("1004", "came back: a person must decide", news=(News("shipment.picked_up"), News("shipment.returned"))),
    Sample("1005", "the platform has refused a write", news=(News("shipment.picked_up"),), refused_writes=2),
    Sample(
        "1006",
        "one of two parcels has arrived",
        news=(News("shipment.picked_up", "A", 2), News("shipment.delivered", "A", 2)),
    ),
    Sample("1007", "a word that is not known, in quarantine", news=(News("shipment.held_by_customs"),)),
    Sample("1008", "a delivery with a wrong signature", news=(News("shipment.delivered", signature="forged"),)),
)
"""All samples, in the order in which they happen."""


def created(order_id: str) -> dict[str, object]:
    """Return the document in which the platform tells of a new order."""
    now = datetime.now(UTC).isoformat()
    return {"event": "order.created", "timestamp": now, "data": {"id": int(order_id)}}


def document(sample: Sample, news: News) -> Mapping[str, Any]:
    """Return the document in which the courier tells *news* of the order of *sample*."""
    data: dict[str, Any] = {"order_id": sample.order_id, "tracking_number": f"TRK-{sample.order_id}{news.parcel}"}
    if news.parcels:
        data["parcels"] = news.parcels
    name = f"{sample.order_id}{news.parcel}-{news.event}"
    return {"id": name, "event": news.event, "timestamp": datetime.now(UTC).isoformat(), "data": data}
