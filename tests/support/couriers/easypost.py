"""EasyPost: a signature keyed by the NFKD form of the secret. The merchant's order is not in the body."""

import unicodedata
from typing import Any
from uuid import NAMESPACE_URL, uuid5

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
from tests.support.couriers.writing import Moment, compact, hmac_hex, utc, written

SECRETS = {"signature": "sésame-of-a-test"}
HEADER, PREFIX = "X-Hmac-Signature", "hmac-sha256-hex="


def document(
    word: str,
    at: Moment,
    *,
    description: str = "tracker.updated",
    mode: str = "production",
    noticed: Moment = None,
    **fields: Any,
) -> Document:
    """Return an event about a tracker with the status *word*. *noticed* is the time of EasyPost itself.

    *fields* replace those of `result`.
    """
    scan = {"object": "TrackingDetail", "message": f"now {word}", "status": word, "datetime": written(at, utc)}
    label = {
        "object": "TrackingDetail",
        "message": "label",
        "status": "pre_transit",
        "datetime": "2026-11-01T08:00:00Z",
    }
    tracker = {
        "id": "trk_1",
        "object": "Tracker",
        "mode": mode,
        "tracking_code": "EZ260001",
        "status": word,
        "shipment_id": None,
        "weight": 614.4,
        "is_return": False,
        "public_url": "https://track.example/EZ260001",
        "tracking_details": [label, scan],
        **fields,
    }
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{description} {word} {at} {fields}")),
        "object": "Event",
        "description": description,
        "mode": mode,
        "pending_urls": ["https://hooks.example.com/webhooks/easypost"],
        "completed_urls": [],
        "created_at": written(noticed, lambda moment: utc(moment, ".000")),
        "result": tracker,
    }


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    return signed(body, unicodedata.normalize("NFKD", secrets["signature"]))


def signed(body: Document | bytes, key: str) -> Sent:
    """Return a request that is signed with *key* as it is."""
    content = body if isinstance(body, bytes) else compact(body)
    return Sent({"Content-Type": "application/json", HEADER: PREFIX + hmac_hex(key, content)}, content)


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), tracking=f"EZ26000{parcel}")

    delivered = document("delivered", ago(4))
    urls: Document = {"pending_urls": [], "completed_urls": ["https://hooks.example.com/webhooks/easypost"]}
    other = {"tracking_code": "EZ260002"}
    return (
        accepted(
            "a tracker is made",
            sent(document("pre_transit", ago(46), description="tracker.created")),
            news("created", 46),
        ),
        accepted("a scan", sent(document("in_transit", ago(30))), news("in_transit", 30)),
        accepted("delivered", sent(delivered), news("delivered", 4)),
        duplicate("delivered, with the same id in another body", sent({**delivered, **urls})),
        accepted("a failure", sent(document("failure", ago(6), **other)), news("delivery_failed", 6, parcel=2)),
        ignored("a batch", sent(document("delivered", ago(5), description="batch.updated"))),
        ignored("a test", sent(document("delivered", ago(5), mode="test"))),
        refused("the secret as it is typed", signed(document("delivered", ago(1), **other), SECRETS["signature"])),
    )


EASYPOST = Courier("easypost", SECRETS, document, sent, samples)
