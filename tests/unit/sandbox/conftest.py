"""A client of the sandbox, in the process or over a socket."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.sandbox.app import create_sandbox
from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.platform import Platform
from deploy.sandbox.world import Limit
from tests.support.signing import signature

SECRET = "sandbox-secret"
ACCOUNT = Account(domain="shop", client_id="client", phone_number_id="123456", hmac_secret=SECRET)
PHONE = "phone_number_id=123456"


@dataclass(frozen=True)
class Answer:
    code: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Send = Callable[[str, str, Mapping[str, str], bytes], Answer]


class Clock:
    """The sandbox's clock, moved by hand; it starts at the present second."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now


class Api:
    """Calls the order API and the control API."""

    query = PHONE

    def __init__(self, send: Send, clock: Callable[[], float], base: str = "/api/v1") -> None:
        self.send, self.clock, self.base = send, clock, base

    def signed(self, method: str, target: str, body: bytes = b"", *, signs: str | None = None) -> dict[str, str]:
        stamp = str(int(self.clock()))
        return {
            "Accept": "application/json",
            "X-Domain": "shop",
            "X-Client-ID": "client",
            "X-Timestamp": stamp,
            "X-Awal-Signature-256": signature(SECRET.encode(), method, signs or target, stamp, body),
        }

    def call(
        self, method: str, path: str, body: bytes = b"", query: str | None = None, **changed: str | None
    ) -> Answer:
        asked = self.query if query is None else query
        target = f"{self.base}{path}" + (f"?{asked}" if asked else "")
        headers: dict[str, str | None] = {**self.signed(method, target, body)}
        if method in {"PUT", "POST"}:
            headers["Content-Type"] = "application/json"
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        return self.send(method, target, {name: value for name, value in headers.items() if value is not None}, body)

    def get(self, order_id: int | str) -> Answer:
        return self.call("GET", f"/orders/{order_id}")

    def put(self, order_id: int | str, **fields: object) -> Answer:
        return self.call("PUT", f"/orders/{order_id}", json.dumps(fields).encode())

    def control(self, method: str, path: str, body: object = None) -> Answer:
        return self.send(method, f"/_sandbox{path}", {}, b"" if body is None else json.dumps(body).encode())

    def order(self, **fields: object) -> Any:
        answer = self.control("POST", "/orders", {"id": 1, **fields})
        assert answer.code == 201, answer
        return answer.json

    def seen(self, order_id: int | str = 1) -> Any:
        """The order as it really is, read past every fault."""
        return self.control("GET", f"/orders/{order_id}").json

    def fault(self, kind: str, **parameters: object) -> int:
        answer = self.control("POST", "/faults", {"kind": kind, **parameters})
        assert answer.code == 201, answer
        number: int = answer.json["id"]
        return number

    def report(self) -> Any:
        return self.control("GET", "/report").json

    def totals(self) -> Any:
        return self.control("GET", "/totals").json


def sender(platform: Platform, clock: Clock, limit: Limit | None = None) -> Send:
    """Sends calls to a sandbox in this process, without a socket."""
    client = create_sandbox(platform, limit, clock).test_client()

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        response = client.open(target, method=method, headers=dict(headers), data=body)
        return Answer(response.status_code, response.data, httpx.Headers(list(response.headers)))

    return send


def in_process(account: Account, clock: Clock, limit: Limit | None = None) -> Api:
    return Api(sender(Awalchat(account), clock, limit), clock, account.base_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Api:
    """The sandbox in this process, without a socket."""
    return in_process(ACCOUNT, clock)


@pytest.fixture
def another(clock: Clock) -> Callable[..., Api]:
    """Builds a sandbox in this process for another account or with another limit."""

    def build(limit: Limit | None = None, **account: Any) -> Api:
        fields = {"domain": "shop", "client_id": "client", "phone_number_id": "123456", "hmac_secret": SECRET}
        return in_process(Account(**(fields | account)), clock, limit)

    return build


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The sandbox as a program of its own, and its URL."""
    options = ["--domain", "shop", "--client-id", "client", "--phone-number-id", "123456", "--hmac-secret", SECRET]
    command = [sys.executable, "-m", "deploy.sandbox", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            line = running.stdout.readline()
            assert line.startswith("sandbox listening on http://127.0.0.1:")
            yield running, line.split()[-1]
        finally:
            running.terminate()


@pytest.fixture
def live(process: tuple[subprocess.Popen[str], str]) -> Iterator[Api]:
    """The sandbox over HTTP, empty."""
    with httpx.Client(base_url=process[1], trust_env=False, timeout=5, headers={"Connection": "close"}) as client:

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
            response = client.request(method, target, headers=dict(headers), content=body)
            return Answer(response.status_code, response.content, response.headers)

        api = Api(send, time.time)
        assert api.control("POST", "/reset").code == 204
        yield api
