"""OTO: a signature in the body over three fields, and a token in the header."""

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
from tests.support.couriers.writing import Moment, compact, hmac_base64, unix_ms, written

SECRETS = {"signature": "oto-secret-key-of-a-test", "token": "Bearer oto-authorization-key"}


def document(word: str, at: Moment, **fields: Any) -> Document:
    moment = written(at, unix_ms)
    return {
        "orderId": "ORD-2101",
        "otoId": "17234521",
        "status": word,
        "dcStatus": "",
        "note": "من المستودع",
        "pickupLocationCode": "RUH-01",
        "trackingNumber": "OTO21010001",
        "dcTrackingNumber": "290690001",
        "trackingUrl": "track.example/OTO21010001",
        "brandedTrackingURL": "https://track.example/b/OTO21010001",
        "deliveryCompany": "smsaecom",
        "timestamp": moment if moment is None else str(moment),
        **fields,
    }


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    """Return a request with the signature and the token for which there is a secret."""
    if not isinstance(body, bytes):
        signature = (
            {"signature": hmac_base64(secrets["signature"], signed_text(body))} if "signature" in secrets else {}
        )
        body = compact(body | signature)
    token = {"Authorization": secrets["token"]} if "token" in secrets else {}
    return Sent({"Content-Type": "application/json", **token}, body)


def signed_text(body: Document) -> bytes:
    return ":".join(
        str(body[name]) if body[name] is not None else "" for name in ("orderId", "status", "timestamp")
    ).encode(errors="surrogatepass")


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float) -> News:
        return News(name, ago(hours), "ORD-2101", "OTO21010001")

    delivered = document("delivered", ago(2))
    other = {"orderId": "ORD-2102", "trackingNumber": "OTO21020001"}
    return (
        accepted("a carrier takes the booking", sent(document("shipmentCreated", ago(40))), news("created", 40)),
        ignored("the warehouse has packed it", sent(document("packed", ago(35)))),
        accepted("picked up", sent(document("pickedUp", ago(30))), news("picked_up", 30)),
        accepted("a hub", sent(document("arrivedDestinationTerminal", ago(20))), news("in_transit", 20)),
        accepted("on its way to the customer", sent(document("outForDelivery", ago(4))), news("out_for_delivery", 4)),
        accepted("delivered", sent(delivered), news("delivered", 2)),
        duplicate(
            "delivered again, with other unsigned fields", sent({**delivered, "note": "again", "driverName": "F"})
        ),
        ignored(
            "the customer sends it back", sent(document("delivered", ago(1), returnStatus="reverseShipmentCreated"))
        ),
        accepted(
            "nobody at home",
            sent(document("undeliveredAttempt", ago(6), **other)),
            News("delivery_failed", ago(6), "ORD-2102", "OTO21020001"),
        ),
        refused(
            "a wrong signature with the right token",
            sent(document("delivered", ago(1), **other), {**SECRETS, "signature": "not-the-secret"}),
        ),
    )


OTO = Courier("oto", SECRETS, document, sent, samples)
