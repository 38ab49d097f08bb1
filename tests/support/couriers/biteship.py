"""Biteship: a secret in a header that the merchant names, or in the URL. The merchant's order is not in the body."""

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
from tests.support.couriers.writing import Moment, compact, utc, written

SECRETS = {"token": "biteship-signature-secret"}
HEADER = "X-Biteship-Secret"
SHIPMENT, WAYBILL = "5dd599ebdefcd4158eb8470b", "JNE2301"


def document(word: str, at: Moment, **fields: Any) -> Document:
    return {
        "event": "order.status",
        "order_id": SHIPMENT,
        "order_price": 48000,
        "courier_tracking_id": "6de509ebdefgh4158ij8451c",
        "courier_waybill_id": WAYBILL,
        "courier_company": "jne",
        "courier_type": "reg",
        "courier_driver_name": "",
        "courier_driver_phone": "",
        "courier_link": "https://track.example/6de509",
        "status": word,
        "updated_at": written(at, utc),
        **fields,
    }


def nested(word: str, at: Moment) -> Document:
    """Return a document of the older form."""
    courier = {"tracking_id": "6de509ebdefgh4158ij8451c", "waybill_id": WAYBILL, "link": "https://track.example/6de509"}
    body = {"event": "order.status", "order_id": SHIPMENT, "status": word, "updated_at": written(at, utc)}
    return {**body, "courier": courier}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    """Return a request with the secret `token` in the header, and the secret `url` in the URL."""
    token = {HEADER: secrets["token"]} if "token" in secrets else {}
    query = f"?secret={secrets['url']}" if "url" in secrets else ""
    content = body if isinstance(body, bytes) else compact(body)
    return Sent({"Content-Type": "application/json", **token}, content, query=query)


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float) -> News:
        return News(name, ago(hours), tracking=WAYBILL, shipment=SHIPMENT)

    delivered = sent(document("delivered", ago(4)))
    waybill = document("confirmed", ago(40), event="order.waybill_id")
    return (
        Sample("the dashboard saves the URL", Sent({"Content-Type": "application/json"}, b""), "probe"),
        accepted("the waybill's number is known", sent(waybill), news("created", 40)),
        ignored("a courier is found", sent(document("allocated", ago(36)))),
        accepted("picked up", sent(document("picked", ago(30))), news("picked_up", 30)),
        ignored("it was heavier than told", sent(document("picked", ago(29), event="order.price", price=52000))),
        accepted("the last mile", sent(document("droppingOff", ago(10))), news("out_for_delivery", 10)),
        accepted("delivered", delivered, news("delivered", 4)),
        duplicate("delivered, byte for byte", delivered),
        refused("a wrong secret", sent(document("delivered", ago(1)), {"token": "not-the-secret"})),
    )


BITESHIP = Courier("biteship", SECRETS, document, sent, samples, options={"header": HEADER})
