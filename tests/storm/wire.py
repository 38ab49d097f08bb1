"""From a planned delivery to an HTTP request. Signatures are made here, without the code under test."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.storm.journeys import MAIN, SECOND
from tests.storm.plan import HINT, Flaw, PlannedDelivery, happened_at
from tests.storm.speakers import SPEAKERS
from tests.support.installation import SECRETS
from tests.support.signing import signature
from tests.support.two_accounts import KURIR

OPEN_SOURCES = {MAIN: ("courier", SECRETS["courier"]), SECOND: ("kurir", KURIR)}
"""The source in the open format of each account, and its secret."""
PLATFORM_SOURCE = ("awalchat", SECRETS["awalchat"])
WRONG_SECRET = "whsec_of_somebody_else"
AGE_OF_STALE_SECONDS = 3600
MALFORMED = (b"[1, 2", b"{}", b'{"id": "x", "event": "shipment.teleported", "data": {"order_id": 1}}', b"\xff\xfe{}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to a source of the receiver. *signed* are signatures in it, which must appear nowhere else."""

    source: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    signed: str = ""


def outgoing(delivery: PlannedDelivery, begin: datetime) -> Outgoing:
    """Return the request of *delivery*, signed now."""
    fact = delivery.fact
    if fact.event == HINT:
        document = {"event": "order.updated", "timestamp": f"2026-01-01T00:00:{fact.occurrence:02}Z"}
        body = {**document, "data": {"id": int(fact.order.order_id), "status": "anything"}}
        return _signed(*PLATFORM_SOURCE, json.dumps(body).encode(), delivery.flaw)
    if fact.order.speaker and not delivery.flaw:
        sent = SPEAKERS[fact.order.speaker].sent(fact.event, happened_at(fact, begin), fact.order.number, fact.tracking)
        return Outgoing(fact.order.speaker, sent.query, sent.headers, sent.body)
    return _signed(*OPEN_SOURCES[fact.order.account], _open_body(delivery, begin), delivery.flaw)


def _open_body(delivery: PlannedDelivery, begin: datetime) -> bytes:
    fact = delivery.fact
    if delivery.flaw is Flaw.MALFORMED:
        return MALFORMED[int(fact.order.order_id[-5:]) % len(MALFORMED)]
    document = {
        "id": f"{delivery.flaw}{fact.order.order_id}-{fact.event}-{fact.tracking}",
        "event": f"shipment.{fact.event}",
        "timestamp": happened_at(fact, begin).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {
            "order_id": fact.order.order_id,
            "tracking_number": fact.tracking,
            "parcels": len(fact.order.trackings),
        },
    }
    return json.dumps(document).encode()


def _signed(source: str, secret: str, body: bytes, flaw: Flaw) -> Outgoing:
    timestamp = str(int(time.time()) - (AGE_OF_STALE_SECONDS if flaw is Flaw.STALE else 0))
    key = WRONG_SECRET if flaw is Flaw.FORGED else secret
    header = signature(key.encode(), "POST", f"/webhooks/{source}", timestamp, body)
    headers = {"X-Awal-Signature-256": header, "X-Timestamp": timestamp}
    return Outgoing(source, "", headers, body, header.removeprefix("sha256="))
