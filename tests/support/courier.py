"""Whoever posts to the receiver: signs with a stranger's arithmetic, and insists as a good sender does."""

import json
import threading
import time
from typing import Any

import httpx

from tests.support.signing import signature


class Courier:
    """A sender of webhooks. *signatures* are all that it has ever made; it may be used by several threads."""

    def __init__(self, url: str, source: str, secret: str) -> None:
        self.path, self._secret = f"/webhooks/{source}", secret.encode()
        self.signatures: set[str] = set()
        self.retries = 0
        self._lock, self._closed = threading.Lock(), threading.Event()
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=15, limits=limits)

    def post(self, body: dict[str, Any] | bytes) -> httpx.Response:
        """Sign *body* and post it, once."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = str(int(time.time()))
        signed = signature(self._secret, "POST", self.path, timestamp, raw)
        with self._lock:
            self.signatures.add(signed.removeprefix("sha256="))
        headers = {"X-Awal-Signature-256": signed, "X-Timestamp": timestamp}
        return self._client.post(self.path, content=raw, headers=headers)

    def insist(self, body: dict[str, Any], within: float = 60.0) -> httpx.Response:
        """Post *body* until it is acknowledged, each time signed anew; for 5xx and no answer, as the README advises."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                answer = self.post(body)
            except httpx.TransportError:
                answer = httpx.Response(503)
            if answer.status_code < 500:
                return answer
            with self._lock:
                self.retries += 1
            self.wait(0.1)
        raise AssertionError(f"{body} was not taken within {within} s")

    def wait(self, seconds: float) -> None:
        """Take a breath, unless the sender is closed."""
        self._closed.wait(seconds)

    def close(self) -> None:
        self._closed.set()
        self._client.close()


def news(event_id: str, event: str, order_id: int | str | None, **more: object) -> dict[str, Any]:
    """An event in the courier's own format; *more* goes into its `data`, and what is None is left out there."""
    happened = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    data = {"order_id": order_id, "tracking_number": f"TRK{order_id}", **more}
    said = {name: value for name, value in data.items() if value is not None}
    return {"id": event_id, "event": event, "timestamp": happened, "data": said}


def hint(order_id: int, event: str = "order.updated") -> dict[str, Any]:
    """A platform's event, of which only the order's id is trusted."""
    return {"event": event, "timestamp": "2026-01-01T00:00:00Z", "data": {"id": order_id, "status": "anything"}}
