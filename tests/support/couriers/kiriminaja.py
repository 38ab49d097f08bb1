"""KiriminAja: a bearer token, and a list of packages in each delivery."""

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
from tests.support.couriers.writing import JAKARTA, Moment, compact, local, utc, written

SECRETS = {"token": "kiriminaja-api-key-0123456789"}
MOMENTS = {
    "processed_packages": "date",
    "shipped_packages": "shipped_at",
    "finished_packages": "finished_at",
    "canceled_packages": "canceled_at",
    "rejected_packages": "rejected_at",
    "returned_packages": "returned_at",
    "return_finished_packages": "date",
}
"""The field with the time of each method."""


def package(word: str, at: Moment, **fields: Any) -> Document:
    """Return one package of `data`, whose time for the method *word* is *at*."""
    empty = dict.fromkeys(("shipped_at", "finished_at", "returned_at", "rejected_at", "reason"))
    moment = {MOMENTS.get(word, "date"): written(at, lambda moment: utc(moment, ".000000"))}
    return {"order_id": "TKORD-2401", "awb": "JX240100001", **empty, **moment, **fields}


def document(word: str, at: Moment, **fields: Any) -> Document:
    """Return a delivery with one package, whose fields *fields* replace."""
    return delivery(word, package(word, at, **fields))


def delivery(word: str, *packages: Document) -> Document:
    """Return a delivery with *packages*. The list under `packages` names the same parcels once more."""
    again = [{"awb": one["awb"], "order_id": one["order_id"], "service": "jne", "status": 105} for one in packages]
    payment = {"payment_id": "PID-1", "amount": 30500, "status_code": 0}
    return {"method": word, "data": [*packages], "payment": payment, "packages": again}


def short(word: str, **fields: Any) -> Document:
    """Return a delivery of the older generation: an order's number and one time, without a tracking number."""
    return {"method": word, "data": [{"order_id": "TKORD-2401", **fields}]}


def sent(body: Document | bytes, secrets: Secrets = SECRETS) -> Sent:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "KiriminAja-Push-Services",
        "Authorization": f"Bearer {secrets['token']}",
    }
    return Sent(headers, body if isinstance(body, bytes) else compact(body))


def samples(ago: Ago) -> tuple[Sample, ...]:
    def news(name: str, hours: float, parcel: int = 1) -> News:
        return News(name, ago(hours), f"TKORD-240{parcel}", f"JX240{parcel}00001")

    first = package("processed_packages", ago(40))
    second = package("processed_packages", ago(39.5), order_id="TKORD-2402", awb="JX240200001")
    shipped = {**first, "shipped_at": utc(ago(28), ".000000")}
    finished = sent(delivery("finished_packages", {**shipped, "finished_at": utc(ago(3), ".000000")}))
    returned = {**second, "shipped_at": utc(ago(27), ".000000"), "returned_at": utc(ago(2), ".000000")}
    rejected = short("rejected_packages", order_id="TKORD-2403", rejected_at=local(ago(5), JAKARTA))
    return (
        accepted(
            "two packages are processed",
            sent(delivery("processed_packages", first, second)),
            news("created", 40),
            news("created", 39.5, parcel=2),
        ),
        ignored("validated", sent(document("validated_packages", ago(38)))),
        accepted("picked up", sent(delivery("shipped_packages", shipped)), news("picked_up", 28)),
        accepted("delivered", finished, news("delivered", 3)),
        duplicate("delivered, byte for byte", finished),
        accepted("back at its sender", sent(delivery("returned_packages", returned)), news("returned", 2, parcel=2)),
        accepted("rejected, in the older form", sent(rejected), News("cancelled", ago(5), "TKORD-2403")),
        refused("a wrong key", sent(document("finished_packages", ago(1)), {"token": "not-the-key"})),
    )


KIRIMINAJA = Courier("kiriminaja", SECRETS, document, sent, samples, timezone="Asia/Jakarta")
