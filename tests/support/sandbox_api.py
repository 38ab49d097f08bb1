"""A client of the sandbox for tests: its order API and its control API, in this process or over HTTP."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask

from deploy.sandbox.app import create_sandbox
from deploy.sandbox.platform import Platform
from deploy.sandbox.rate_limit import Limit
from deploy.sandbox.state import Sandbox
from tests.support.signing import signature

HMAC_SECRET = "sandbox-secret"
API_KEY = "cekat-key"
ITEM = {"product_id": "mug", "quantity": 2, "price": 4.5}
NEW_ORDER = {"customer_id": "ann", "items": [ITEM], "total": 9}
"""The required fields of a creation at Cekat."""


@dataclass(frozen=True)
class ApiResponse:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Send = Callable[[str, str, Mapping[str, str], bytes], ApiResponse]
"""Sends a request: method, target, headers, body."""
_APPS: dict[str, Flask] = {}
"""By base path."""


class ManualClock:
    """A clock that a test sets, in unix seconds. It starts at the current second."""

    def __init__(self) -> None:
        self.now_s = float(int(time.time()))

    def time(self) -> float:
        return self.now_s

    def now_us(self) -> int:
        return int(self.now_s * 1_000_000)


class SandboxApi:
    """Calls the order API of awalchat, and the control API."""

    query = "phone_number_id=123456"

    def __init__(self, send: Send, clock: Callable[[], float], base: str = "/api/v1") -> None:
        self.send, self._clock, self._base = send, clock, base

    def credentials(
        self, method: str, target: str, body: bytes = b"", *, signed_target: str | None = None
    ) -> dict[str, str]:
        """Return the headers that authenticate a call."""
        timestamp = str(int(self._clock()))
        return {
            "Accept": "application/json",
            "X-Domain": "shop",
            "X-Client-ID": "client",
            "X-Timestamp": timestamp,
            "X-Awal-Signature-256": signature(HMAC_SECRET.encode(), method, signed_target or target, timestamp, body),
        }

    def call(
        self, method: str, path: str, body: bytes = b"", query: str | None = None, **headers: str | None
    ) -> ApiResponse:
        """Send an authenticated call. *headers* replace the headers of the call; None leaves a header out."""
        query = self.query if query is None else query
        target = f"{self._base}{path}" + (f"?{query}" if query else "")
        sent: dict[str, str | None] = {**self.credentials(method, target, body)}
        if method in {"PUT", "POST"}:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, target, {name: value for name, value in sent.items() if value is not None}, body)

    def get(self, order_id: int | str) -> ApiResponse:
        return self.call("GET", f"/orders/{order_id}")

    def put(self, order_id: int | str, **fields: object) -> ApiResponse:
        return self.call("PUT", f"/orders/{order_id}", json.dumps(fields).encode())

    def control(self, method: str, path: str, body: object = None) -> ApiResponse:
        return self.send(method, f"/_sandbox{path}", {}, b"" if body is None else json.dumps(body).encode())

    def add_order(self, **fields: object) -> Any:
        """Create an order through the control API, by default with the id 1."""
        response = self.control("POST", "/orders", {"id": 1, **fields})
        assert response.status == 201, response
        return response.json

    def stored_order(self, order_id: int | str = 1) -> Any:
        """Return all fields of an order through the control API, which has no faults."""
        return self.control("GET", f"/orders/{order_id}").json

    def add_fault(self, kind: str, **parameters: object) -> int:
        response = self.control("POST", "/faults", {"kind": kind, **parameters})
        assert response.status == 201, response
        number: int = response.json["id"]
        return number

    def report(self) -> Any:
        return self.control("GET", "/report").json

    def totals(self) -> Any:
        return self.control("GET", "/totals").json


class CekatSandboxApi(SandboxApi):
    """Calls the order API of Cekat, and the control API."""

    query = ""

    def credentials(
        self, method: str, target: str, body: bytes = b"", *, signed_target: str | None = None
    ) -> dict[str, str]:
        return {"Authorization": f"Bearer {API_KEY}"}

    def create(self, **fields: object) -> ApiResponse:
        """Create an order through the order API."""
        return self.call("POST", "/orders", json.dumps({**NEW_ORDER, **fields}).encode())

    def list(self, query: str = "") -> Any:
        response = self.call("GET", "/orders", query=query)
        assert response.status == 200, response
        return response.json

    def listed_ids(self, query: str = "") -> Any:
        return [order["id"] for order in self.list(query)["data"]]


def in_process(platform: Platform, clock: ManualClock, limit: Limit | None = None) -> Send:
    """Return the function that sends requests to a sandbox in this process, without a socket."""
    app = _app_of(platform)
    sandbox = Sandbox(platform, limit or Limit(platform.calls_per_minute), clock.time)

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        app.extensions["sandbox"] = sandbox
        response = app.test_client().open(target, method=method, headers=dict(headers), data=body)
        return ApiResponse(response.status_code, response.data, httpx.Headers(list(response.headers)))

    return send


def _app_of(platform: Platform) -> Flask:
    """Return one app for each base path, whose sandbox the caller replaces: a new app takes longer than most tests."""
    if platform.base_path not in _APPS:
        _APPS[platform.base_path] = create_sandbox(platform)
    return _APPS[platform.base_path]


@contextmanager
def over_http(url: str) -> Iterator[Send]:
    """Yield the function that sends requests to the sandbox at *url*, each on a connection of its own."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60, headers={"Connection": "close"}) as client:

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
            response = client.request(method, target, headers=dict(headers), content=body)
            return ApiResponse(response.status_code, response.content, response.headers)

        yield send
