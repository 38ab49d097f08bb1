"""AyMakan: a token in a header that the merchant names, and two generations of the body."""

from datetime import datetime
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
from tests.support.couriers.writing import RIYADH, Moment, local, pretty, utc, written

SECRETS = {"token": "aymakan-authorization-value"}
HEADER = "X-Custom-Auth"


def older(word: str, **fields: Any) -> Document:
    """Return a document of the older generation, which has no time."""
    texts = {"description": "Delivered", "reason": "", "reason_description": ""}
    return {"tracking": "AY2701", "reference": "ORD-2701", "status": word, **texts, **fields}


def document(word: str, at: Moment, *, is_reverse_pickup: object = 0, **fields: Any) -> Document:
    """Return a document of the newer generation. Its history is in local time."""
    history = {"status_code": word, "created_at": local(at, RIYADH) if isinstance(at, datetime) else ""}
    top = older(word, **fields)
    shipping = {
        "tracking_number": top["tracking"],
        "reference": top["reference"],
        "status": word,
        "delivery_name": "عادل",
        "is_reverse_pickup": is_reverse_pickup,
        "tracking_info": [history],
    }
    moment = written(at, lambda moment: utc(moment, ".000000"))
    return {**top, "carrier": "aymakan", "date_time": moment, "shipping": shipping, **fields}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    headers = {"Content-Type": "application/json", "Accept": "application/json", HEADER: secrets["token"]}
    return Sent(headers, body if isinstance(body, bytes) else pretty(body))


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-270{parcel}", f"AY270{parcel}")

    delivered = sent(document("AY-0005", ago(3)))
    other = {"tracking": "AY2702", "reference": "ORD-2702"}
    failed = document("AY-0006", ago(9), **other, reason="AY-102", reason_description="No answer")
    return (
        accepted("submitted", sent(document("AY-0001", ago(44))), news("created", 44)),
        accepted("picked up", sent(document("AY-0002", ago(40))), news("picked_up", 40)),
        accepted("delivered", delivered, news("delivered", 3)),
        duplicate("delivered, byte for byte", delivered),
        accepted("not delivered", sent(failed), news("delivery_failed", 9, parcel=2)),
        ignored("pending", sent(document("AY-0032", ago(8), **other))),
        ignored("what a customer sends back", sent(document("AY-0005", ago(2), is_reverse_pickup=1, tracking="AY9"))),
        quarantined("a code that nobody has told", sent(document("AY-0119", ago(7), **other)), "unknown_event"),
        accepted(
            "out for delivery, in the older form",
            sent(older("AY-0004", **other)),
            News("out_for_delivery", None, "ORD-2702", "AY2702"),
        ),
        refused("without the header", sent(document("AY-0005", ago(1), **other)).with_header(HEADER, None)),
    )


AYMAKAN = Courier("aymakan", SECRETS, document, sent, samples, options={"header": HEADER})
