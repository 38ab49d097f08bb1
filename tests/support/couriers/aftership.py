"""AfterShip: a signature over the body, tags with sub-tags, and an id for each event."""

from datetime import datetime
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
from tests.support.couriers.writing import RIYADH, Moment, compact, hmac_base64, local, unix, written

SECRETS = {"signature": "aftership-webhook-secret"}
HEADER = "aftership-hmac-sha256"


def document(word: str, at: Moment, *, event: str = "tracking_update", **fields: Any) -> Document:
    """Return a document with the tag *word*. *fields* replace those of `msg`."""
    local_time = local(at, RIYADH, "T") if isinstance(at, datetime) else ""
    checkpoint = {"slug": "aramex", "checkpoint_time": local_time, "tag": word, "raw_tag": "SH012", "message": word}
    message = {
        "id": "grhrexm6",
        "tracking_number": "AS250001",
        "slug": "aramex",
        "order_id": "981",
        "order_number": "ORD-2501",
        "tag": word,
        "subtag": f"{word}_001",
        "subtag_message": "Arrival scan",
        "checkpoints": [checkpoint],
        **fields,
    }
    event_id = str(uuid5(NAMESPACE_URL, f"{event} {word} {at} {fields}"))
    return {"event_id": event_id, "event": event, "msg": message, "ts": written(at, unix)}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    content = body if isinstance(body, bytes) else compact(body)
    signature = hmac_base64(secrets["signature"], content)
    return Sent({"Content-Type": "application/json", HEADER: signature}, content)


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-250{parcel}", f"AS25000{parcel}")

    delivered = sent(document("Delivered", ago(3), subtag="Delivered_003"))
    other = {"order_number": "ORD-2502", "tracking_number": "AS250002"}
    forged = sent(document("InTransit", ago(1), **other)).headers
    return (
        ignored("pending", sent(document("Pending", ago(46)))),
        accepted("the carrier knows of it", sent(document("InfoReceived", ago(45))), news("created", 45)),
        accepted("under way", sent(document("InTransit", ago(30))), news("in_transit", 30)),
        ignored("a new estimate", sent(document("InTransit", ago(25), event="edd_revise"))),
        accepted("delivered", delivered, news("delivered", 3)),
        duplicate("delivered, with the same id", delivered),
        accepted(
            "a failed attempt", sent(document("AttemptFail", ago(7), **other)), news("delivery_failed", 7, parcel=2)
        ),
        refused("the signature of another body", Sent(forged, compact(document("Delivered", ago(1), **other)))),
    )


AFTERSHIP = Courier("aftership", SECRETS, document, sent, samples)
