"""A receiver for tests, and the deliveries of a courier and a platform."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Flask

from tests.support.fakes import FakeIntake
from tests.support.signing import signature
from webhook_receiver import create_app
from webhook_receiver.profiles import PROFILES
from webhook_receiver.reception import Reception
from webhook_receiver.sources import Source
from webhook_receiver.views import Installation
from worker.domain.orders import OrderKey

SECRET = b"whsec_test"
NOW = 1_706_193_000
"""Unix seconds: the time of the published test vector."""
TOKEN = "let-me-see-the-numbers"


def read_order_id(value: object) -> str:
    """Read an awalchat order id: a positive integer, or its digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch("[1-9][0-9]{0,18}", text):
        raise ValueError("not an order id")
    return text


COURIER = Source("courier", PROFILES["courier"], (SECRET,), "main", read_order_id, PROFILES["courier"].allow)
AWALCHAT = replace(COURIER, name="awalchat", profile=PROFILES["awalchat"], allow=PROFILES["awalchat"].allow)


def sign(body: bytes, target: str, *, method: str = "POST", timestamp: str = str(NOW), secret: bytes = SECRET) -> str:
    """Return the signature header of a delivery."""
    return signature(secret, method, target, timestamp, body)


def signed(body: bytes, target: str = "/webhooks/courier", *, timestamp: str = str(NOW)) -> dict[str, str]:
    """Make the headers of an authentic delivery."""
    return {"X-Awal-Signature-256": sign(body, target, timestamp=timestamp), "X-Timestamp": timestamp}


def news(event: object = "shipment.delivered", **members: object) -> bytes:
    """Write a courier's document; `None` leaves a member out, and other names than the envelope's go into `data`."""
    outer: dict[str, object] = {"id": "evt_1", "event": event, "timestamp": "2024-01-25T14:30:00Z"}
    inner: dict[str, object] = {"order_id": 1, "tracking_number": "TRK1"}
    for name, value in members.items():
        (outer if name in outer else inner)[name] = value
    return json.dumps(_without_none(outer) | {"data": _without_none(inner)}).encode()


def _without_none(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


@dataclass
class Receiver:
    """The whole receiver on a fake journal; what it nudges and counts is kept in lists."""

    sources: Sequence[Source] = (COURIER, AWALCHAT)
    intake: FakeIntake = field(default_factory=FakeIntake)
    nudged: list[OrderKey] = field(default_factory=list)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: Mapping[str, str] = field(default_factory=lambda: {"database": "ok", "broker": "unreachable"})

    @property
    def reception(self) -> Reception:
        sources = {source.name: source for source in self.sources}
        return Reception(sources, self.intake, self._wake_ups, self._count)

    @property
    def app(self) -> Flask:
        return create_app(Installation(self.reception, lambda: self.parts, lambda: b"metric 1\n", TOKEN))

    def _wake_ups(self, keys: Sequence[OrderKey]) -> None:
        self.nudged.extend(keys)

    def _count(self, source: str, outcome: str) -> None:
        self.counted[source, outcome] += 1


def make_app() -> Flask:
    """Make a receiver for a server that is a program of its own."""
    return Receiver().app
