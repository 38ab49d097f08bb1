"""A receiver without its database and its server, and the deliveries that a courier signs for it."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Flask

from tests.support.fakes import FakeIntake, FakeWakeUps
from tests.support.signing import signature
from webhook_receiver.background.delivery_values import delivery_values
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.reception import Reception
from webhook_receiver.requests import Sender
from webhook_receiver.sources import Source
from worker.domain.errors import StoreError
from worker.ports import Delivery, Receipt

SECRET = b"whsec_test"
NOW_SECONDS = 1_706_193_000
"""Unix time: the timestamp of the published test vector."""
TOKEN = "let-me-see-the-numbers"


def read_order_id(value: object) -> str:
    """Read an awalchat order id: a positive integer, or its digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch("[1-9][0-9]{0,18}", text):
        raise ValueError("not an order id")
    return text


_COURIER, _AWALCHAT = NATIVE_PROFILES["courier"], NATIVE_PROFILES["awalchat"]
COURIER = Source("courier", _COURIER, {"signature": (SECRET,)}, "main", read_order_id, _COURIER.allow)
AWALCHAT = replace(COURIER, name="awalchat", profile=_AWALCHAT, allow=_AWALCHAT.allow)


def sign(
    body: bytes, target: str, *, method: str = "POST", timestamp: str = str(NOW_SECONDS), secret: bytes = SECRET
) -> str:
    """Return the signature header of a delivery."""
    return signature(secret, method, target, timestamp, body)


def signed(body: bytes, target: str = "/webhooks/courier", *, timestamp: str = str(NOW_SECONDS)) -> dict[str, str]:
    """Return the headers of an authentic delivery."""
    return {"X-Awal-Signature-256": sign(body, target, timestamp=timestamp), "X-Timestamp": timestamp}


def document(event: object = "shipment.delivered", **fields: object) -> bytes:
    """Return a courier's document as JSON. Fields that are None are left out.

    Fields other than the envelope's `id`, `event` and `timestamp` are in `data`.
    """
    envelope: dict[str, object] = {"id": "evt_1", "event": event, "timestamp": "2024-01-25T14:30:00Z"}
    data: dict[str, object] = {"order_id": 1, "tracking_number": "TRK1"}
    for name, value in fields.items():
        (envelope if name in envelope else data)[name] = value
    return json.dumps(_without_none(envelope) | {"data": _without_none(data)}).encode()


def _without_none(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


@dataclass
class ReceiverHarness:
    """The receiver's application on a fake intake. It records the wake-ups, the counts and the trail.

    *notes* has a sender, and a reason or a path that names no source.
    """

    sources: Sequence[Source] = (COURIER, AWALCHAT)
    intake: FakeIntake = field(default_factory=FakeIntake)
    wake_ups: FakeWakeUps = field(default_factory=FakeWakeUps)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[tuple[Sender, str]] = field(default_factory=list)
    token: str = TOKEN
    told: list[Mapping[str, object]] = field(default_factory=list)
    parts: Mapping[str, str] = field(default_factory=lambda: {"database": "ok", "broker": "unreachable"})

    @property
    def reception(self) -> Reception:
        sources = {source.name: source for source in self.sources}
        return Reception(sources, self.intake, self.wake_ups, self._count, self._note, self._tell)

    @property
    def app(self) -> Flask:
        return create_app(ReceiverServices(self.reception, lambda: self.parts, lambda: b"metric 1\n", self.token))

    def _note(self, sender: Sender, reason: str, path: str) -> None:
        self.notes.append((sender, path or reason))

    def _tell(self, result: Receipt | StoreError, source: str, delivery: Delivery | None) -> None:
        self.told.append(delivery_values(result, source, delivery))

    def _count(self, source: str, outcome: str) -> None:
        self.counts[source, outcome] += 1


def make_app() -> Flask:
    """Return an application, for a server in a process of its own."""
    return ReceiverHarness().app
