"""Sendcloud, version 2: a signature over the body, ids as statuses, and returns at the same URL."""

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
    quarantined,
    refused,
)
from tests.support.couriers.writing import Moment, hmac_hex, spaced, unix_ms, written

SECRETS = {"signature": "sendcloud-secret-key"}
HEADER = "Sendcloud-Signature"


def document(
    word: str, at: Moment, *, noticed: Moment = None, action: str = "parcel_status_changed", **fields: Any
) -> Document:
    """Return a document with the status id *word*: a number, if it is one. *noticed* is the time of Sendcloud itself.

    *fields* replace those of `parcel`.
    """
    status_id = int(word) if word.isdigit() else word
    parcel = {
        "id": 417236591,
        "tracking_number": "3SYZXG29001",
        "tracking_url": "https://tracking.example/forward?verification=&code=3SYZXG29001",
        "weight": "2.000",
        "status": {"id": status_id, "message": "as the carrier says"},
        "order_number": "ORD-2901",
        "external_order_id": "",
        "is_return": False,
        "carrier": {"code": "postnl"},
        **fields,
    }
    times = {"timestamp": written(noticed, unix_ms), "carrier_status_change_timestamp": written(at, unix_ms)}
    return {"action": action, **times, "parcel": parcel}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    content = body if isinstance(body, bytes) else spaced(body)
    return Sent({"Content-Type": "application/json", HEADER: hmac_hex(secrets["signature"], content)}, content)


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-290{parcel}", f"3SYZXG2900{parcel}")

    delivered = sent(document("11", ago(4), noticed=ago(3.9)))
    other = {"order_number": "ORD-2902", "tracking_number": "3SYZXG29002"}
    half = sent(sent(document("11", ago(1), **other)).body[:200])
    shop = {"action": "integration_updated", "timestamp": 1795791600000, "integration": {"id": 1, "system": "api"}}
    return (
        accepted("announced", sent(document("1", None, noticed=ago(44))), news("created", 44)),
        accepted("picked up", sent(document("22", ago(30), noticed=ago(29.5))), news("picked_up", 30)),
        accepted("delivered", delivered, news("delivered", 4)),
        duplicate("delivered, byte for byte", delivered),
        accepted(
            "a failed attempt", sent(document("8", None, noticed=ago(8), **other)), news("delivery_failed", 8, parcel=2)
        ),
        ignored("a shop is connected", sent(shop)),
        ignored("what a customer sends back", sent(document("11", ago(2), is_return=True, tracking_number="R1"))),
        quarantined("half a body with its signature", half, "not_json"),
        refused("without a signature", sent(document("11", ago(1), **other)).with_header(HEADER, None)),
    )


SENDCLOUD = Courier("sendcloud", SECRETS, document, sent, samples)
