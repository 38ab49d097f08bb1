"""Sends a load of signed webhooks. A program of its own that needs little processor time beside the server under test.

It signs everything first. Then a few keep-alive connections send as fast as they are answered, or at a steady rate.
At a steady rate, a latency counts from the instant at which a request is due, even if no connection is free then.
"""

import hashlib
import hmac
import json
import re
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PATH = "/webhooks/courier"
CLIENTS = 8
TIMEOUT_SECONDS = 30.0
"""How long a response may take."""

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where: *rate* requests a second, or as many as possible in *seconds*.

    Each request has the headers of the same number in *headers*; without them, it is signed with *secret* in the open
    format.
    """

    port: int
    secret: str
    bodies: Sequence[str]
    rate: float | None = None
    seconds: float = float("inf")
    path: str = PATH
    headers: Sequence[Mapping[str, str]] = ()


class Response(NamedTuple):
    """An answer to the *number*th body; instants are seconds since the epoch."""

    number: int
    status: int
    due: float
    at: float


class _Connection:
    """One keep-alive connection, with at most one request under way. After the last one, *is_used_up* is true."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received, self._number, self._due = b"", 0, 0.0
        self.is_used_up = False

    def send(self, number: int, request: bytes, due: float) -> None:
        self._received, self._number, self._due = b"", number, due
        self.socket.sendall(request)

    def receive(self) -> Response | None:
        """Read what has arrived. Return the answer once it is complete, and None before."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._received += part
        head, blank_line, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if not blank_line or length is None or len(body) < int(length[1]):
            return None
        self.is_used_up = _CLOSES.search(head + b"\r\n") is not None
        return Response(self._number, int(head[9:12]), self._due, time.time())


class _Load:
    """A plan under way."""

    def __init__(self, plan: Plan) -> None:
        self._rate, self._port = plan.rate, plan.port
        self._waiting = deque(enumerate(_requests(plan)))
        self._ready = selectors.DefaultSelector()
        self._free = deque(self._connect() for _ in range(CLIENTS))
        self._began = time.time()
        self._ends_at = self._began + plan.seconds

    def run(self) -> list[Response]:
        """Send what the plan's seconds allow, and return all responses."""
        responses: list[Response] = []
        while True:
            pause = self._send_due()
            if not self._waiting and len(self._free) == CLIENTS:
                return responses
            for key, _ in self._ready.select(pause):
                if answer := key.data.receive():
                    responses.append(answer)
                    self._free.append(self._next(key.data))

    def _connect(self) -> _Connection:
        connection = _Connection(self._port)
        self._ready.register(connection.socket, selectors.EVENT_READ, connection)
        return connection

    def _next(self, connection: _Connection) -> _Connection:
        """Return the connection for the next request: a new one if the server closes this one."""
        if not connection.is_used_up:
            return connection
        self._ready.unregister(connection.socket)
        connection.socket.close()
        return self._connect()

    def _send_due(self) -> float:
        """Send requests that are due on the free connections. Return the longest wait until the next call (seconds)."""
        now = time.time()
        if now > self._ends_at:
            self._waiting.clear()
        while self._waiting and self._free:
            number, request = self._waiting[0]
            due = now if self._rate is None else self._began + number / self._rate
            if due > now:
                return due - now
            self._waiting.popleft()
            self._free.popleft().send(number, request, due)
        return TIMEOUT_SECONDS


def _requests(plan: Plan) -> list[bytes]:
    """Return whole requests, signed without the code under test."""
    if plan.headers:
        pairs = zip(plan.headers, plan.bodies, strict=True)
        return [_request(plan.path, headers, body.encode()) for headers, body in pairs]
    return [_request(plan.path, _signature(plan, body.encode()), body.encode()) for body in plan.bodies]


def _request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    own = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**own, **headers}.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _signature(plan: Plan, body: bytes) -> dict[str, str]:
    timestamp = str(int(time.time()))
    message = b"POST" + plan.path.encode() + timestamp.encode() + body
    signature = hmac.new(plan.secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Awal-Signature-256": f"sha256={signature}", "X-Timestamp": timestamp}


if __name__ == "__main__":
    json.dump(_Load(Plan(**json.load(sys.stdin))).run(), sys.stdout)
