"""Bosta: a token in a header that the merchant names. The type of the order says what a state means."""

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
from tests.support.couriers.writing import Moment, compact, unix_ms, written

SECRETS = {"token": "bosta-authorization-key"}
INTERNATIONAL_SECRETS = {"token": "key-for-international-orders"}


def document(word: str, at: Moment, **fields: Any) -> Document:
    """Return a document with the state *word*: a number, if it is one, of a SEND order."""
    return {
        "_id": "7Kq3ZpB1xN",
        "trackingNumber": "30010201",
        "state": int(word) if word.isdigit() else word,
        "type": "SEND",
        "cod": 350.5,
        "timeStamp": written(at, unix_ms),
        "isConfirmedDelivery": True,
        "deliveryPromiseDate": "30-11-2026",
        "exceptionReason": "",
        "exceptionCode": 0,
        "businessReference": "ORD-2201",
        "numberOfAttempts": 1,
        **fields,
    }


def sent(body: Document | bytes, secrets: Secrets = SECRETS, header: str = "Authorization") -> Sent:
    headers = {"Content-Type": "application/json", header: secrets["token"]}
    return Sent(headers, body if isinstance(body, bytes) else compact(body))


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"ORD-220{parcel}", f"3001020{parcel}")

    def of(parcel: int) -> Document:
        return {"businessReference": f"ORD-220{parcel}", "trackingNumber": f"3001020{parcel}"}

    delivered = sent(document("45", ago(5)))
    failed = document("47", ago(8), **of(2), exceptionCode=7, exceptionReason="Customer is not answering")
    return (
        accepted("picked up from the merchant", sent(document("21", ago(44))), news("picked_up", 44)),
        accepted("between hubs", sent(document("30", ago(30))), news("in_transit", 30)),
        ignored("the exchange for it is picked up", sent(document("21", ago(20), type="EXCHANGE"))),
        accepted("on its way to the customer", sent(document("41", ago(7))), news("out_for_delivery", 7)),
        accepted("delivered", delivered, news("delivered", 5)),
        duplicate("delivered, byte for byte", delivered),
        accepted("a failed attempt", sent(failed), news("delivery_failed", 8, parcel=2)),
        accepted("cancelled before its pick-up", sent(document("49", ago(9), **of(3))), news("cancelled", 9, parcel=3)),
        refused("a wrong token", sent(document("45", ago(1), **of(2)), {"token": "not-the-token"})),
    )


BOSTA = Courier("bosta", SECRETS, document, sent, samples)


def abroad(body: Document | bytes, secrets: Secrets = INTERNATIONAL_SECRETS, header: str = "Authorization") -> Sent:
    return sent(body, secrets, header)


def international_samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float) -> News:
        return News(name, ago(hours), "ORD-2201", "30010201")

    return (
        accepted("picked up", abroad(document("21", ago(40))), news("picked_up", 40)),
        accepted("cleared customs", abroad(document("45", ago(20))), news("in_transit", 20)),
        accepted("on its way to the customer", abroad(document("41", ago(3))), news("out_for_delivery", 3)),
        accepted("delivered", abroad(document("60", ago(2))), news("delivered", 2)),
        duplicate("delivered, byte for byte", abroad(document("60", ago(2)))),
        refused("a wrong token", sent(document("60", ago(1)), {"token": "not-the-token"})),
    )


BOSTA_INTERNATIONAL = Courier("bosta_international", INTERNATIONAL_SECRETS, document, abroad, international_samples)
