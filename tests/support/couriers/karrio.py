"""Karrio: its secret comes in the header `X-Event-Id`, which is no id of an event."""

from typing import Any

from tests.support.couriers.samples import (
    Ago,
    Courier,
    Document,
    News,
    Sample,
    Secrets,
    Sent,
    accepted,
    duplicate,
    ignored,
    refused,
)
from tests.support.couriers.writing import Moment, spaced, utc, written

SECRETS = {"token": "whk_secret_of_a_test"}
HEADER = "X-Event-Id"
LABEL = {"date": "2026-11-01", "time": "08:00 AM", "timestamp": "2026-11-01T08:00:00.000Z", "status": "pending"}


def document(word: str, at: Moment, *, event: str = "tracker_updated", **fields: Any) -> Document:
    """Return a document with the status *word*. *fields* replace those of `data`."""
    scan = {"timestamp": written(at, lambda moment: utc(moment, ".000")), "status": word, "description": f"now {word}"}
    data = {
        "id": "trk_0d2f",
        "carrier_name": "aramex",
        "tracking_number": "KA300001",
        "info": {"carrier_tracking_link": "https://track.example/KA300001", "order_id": "ORD-3001"},
        "status": word,
        "delivered": word == "delivered",
        "test_mode": False,
        "metadata": {},
        "events": [scan, LABEL],
        **fields,
    }
    return {"event": event, "data": data}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    headers = {"Content-Type": "application/json", HEADER: secrets["token"]}
    return Sent(headers, body if isinstance(body, bytes) else spaced(body))


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-300{parcel}", f"KA30000{parcel}")

    delivered = sent(document("delivered", ago(4)))
    other: Document = {"info": {"order_id": "ORD-3002"}, "tracking_number": "KA300002"}
    return (
        accepted("a tracker is made", sent(document("pending", ago(44), event="tracker_created")), news("created", 44)),
        accepted("picked up", sent(document("picked_up", ago(40))), news("picked_up", 40)),
        accepted("delivered", delivered, news("delivered", 4)),
        duplicate("delivered, byte for byte", delivered),
        accepted(
            "a failed attempt", sent(document("delivery_failed", ago(8), **other)), news("delivery_failed", 8, parcel=2)
        ),
        ignored("a shipment is bought", sent({"event": "shipment_purchased", "data": {"id": "shp_1"}})),
        ignored("a test", sent(document("delivered", ago(2), test_mode=True))),
        refused("a wrong secret", sent(document("delivered", ago(1), **other), {"token": "not-the-secret"})),
    )


KARRIO = Courier("karrio", SECRETS, document, sent, samples)
