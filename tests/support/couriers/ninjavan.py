"""Ninja Van: a signature over the body, times whose offset has no colon, and the same words on the way back."""

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
from tests.support.couriers.writing import Moment, compact, hmac_base64, hmac_hex, spaced, with_offset, written

SECRETS = {"signature": "ninjavan-client-secret"}
HEADER = "X-Ninjavan-Hmac-Sha256"


def document(word: str, at: Moment, **fields: Any) -> Document:
    return {
        "tracking_id": "NVMY2801",
        "shipper_order_ref_no": "ORD-2801",
        "timestamp": written(at, with_offset),
        "event": word,
        "status": word.partition(",")[0],
        "is_parcel_on_rts_leg": False,
        **fields,
    }


def older(word: str, at: Moment, **fields: Any) -> Document:
    """Return a document of version 1.1, which has its words under `status`."""
    parcel = {"tracking_id": "NVMY2801", "shipper_order_ref_no": "ORD-2801"}
    return {**parcel, "timestamp": written(at, with_offset), "status": word, "previous_status": "", **fields}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    content = body if isinstance(body, bytes) else compact(body)
    return Sent({"Content-Type": "application/json", HEADER: hmac_base64(secrets["signature"], content)}, content)


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-280{parcel}", f"NVMY280{parcel}")

    delivered = document("Delivered, Left at Doorstep", ago(4))
    again = {"pod": {"left_at": "door"}, **dict(reversed(delivered.items()))}
    other = {"tracking_id": "NVMY2802", "shipper_order_ref_no": "ORD-2802"}
    failed = document("Delivery Exception, Pending Reschedule", ago(8), **other)
    wrong = sent(document("Delivered", ago(1), **other))
    return (
        accepted("waits for its pick-up", sent(document("Pending Pickup", ago(44))), news("created", 44)),
        accepted("a hub", sent(document("Arrived at Transit Hub", ago(30))), news("in_transit", 30)),
        accepted("delivered", sent(spaced(delivered)), news("delivered", 4)),
        duplicate("delivered, in other bytes", sent(again)),
        accepted("will be tried again", sent(failed), news("delivery_failed", 8, parcel=2)),
        ignored("its weight", sent(document("Parcel Measurements Update", ago(7), **other))),
        accepted(
            "on its way back",
            sent(document("On Vehicle for Delivery", ago(2), **other, is_parcel_on_rts_leg=True)),
            news("returned", 2, parcel=2),
        ),
        refused("the signature in hex", wrong.with_header(HEADER, hmac_hex(SECRETS["signature"], wrong.body))),
    )


NINJAVAN = Courier("ninjavan", SECRETS, document, sent, samples)
