"""Senders of webhooks, and what they send. They sign without the code under test, and retry as a good sender does."""

import json
import threading
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx

from tests.support.local_http import local_client
from tests.support.signing import signature


class Courier:
    """A sender of webhooks to one source. Several threads may use it. *signatures* has every signature that it made."""

    def __init__(self, url: str, source: str, secret: str) -> None:
        self.path, self._secret = f"/webhooks/{source}", secret.encode()
        self.signatures: set[str] = set()
        self.retries = 0
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._client = local_client(url)

    def post(self, body: dict[str, Any] | bytes, headers: Mapping[str, str] = MappingProxyType({})) -> httpx.Response:
        """Sign *body* and post it once, with more *headers*."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.post(self.path, content=raw, headers={**self.signed(raw), **headers})

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers that sign *body* now."""
        timestamp = str(int(time.time()))
        header = signature(self._secret, "POST", self.path, timestamp, body)
        with self._lock:
            self.signatures.add(header.removeprefix("sha256="))
        return {"X-Awal-Signature-256": header, "X-Timestamp": timestamp}

    def post_until_acknowledged(self, body: dict[str, Any], within_seconds: float = 60.0) -> httpx.Response:
        """Post *body*; sign and repeat it after a 5xx or no response, as the page for couriers advises."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            try:
                response = self.post(body)
            except httpx.TransportError:
                response = httpx.Response(503)
            if response.status_code < 500:
                return response
            with self._lock:
                self.retries += 1
            self.wait(0.1)
        raise AssertionError(f"{body} was not acknowledged within {within_seconds} s")

    def wait(self, seconds: float) -> None:
        """Pause, unless the sender is closed."""
        self._closed.wait(seconds)

    def close(self) -> None:
        self._closed.set()
        self._client.close()


def event_document(event_id: str, event: str, order_id: int | str | None, **data: object) -> dict[str, Any]:
    """Return a document of a courier, in the open format. *data* is added to its `data`; None leaves a field out."""
    occurred_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    all_data = {"order_id": order_id, "tracking_number": f"TRK{order_id}", **data}
    present = {name: value for name, value in all_data.items() if value is not None}
    return {"id": event_id, "event": event, "timestamp": occurred_at, "data": present}


def hint_document(order_id: int, event: str = "order.updated") -> dict[str, Any]:
    """Return a document of the platform. The receiver trusts only its order id."""
    return {"event": event, "timestamp": "2026-01-01T00:00:00Z", "data": {"id": order_id, "status": "anything"}}
