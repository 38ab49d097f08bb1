"""A platform that keeps its orders correctly and answers wrongly. Tests set what is wrong with its answers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any

from tests.support.dialects import Dialect, request_body
from tests.support.fake_order_api import FakeOrderApi
from worker.domain.errors import ApiError

MISSING = object()
"""Instead of a value: the field is left out."""
STRANGE: Mapping[str, Any] = {
    "missing": MISSING,
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "a number": 7,
    "a fraction": 1.5,
    "a huge number": 10**31,
    "an empty text": "",
    "a word": "on_hold",
    "controls": "\x1b[2J\u202e\r\n",
    "a long text": "x" * 100_000,
    "a list": [["shipped"]],
    "an object": {"status": "shipped"},
}
Twist = Callable[[dict[str, Any]], object]
"""Turns the document of an answer into another one, or into bytes."""


def change(name: str, value: object) -> Twist:
    """Return a twist that sets a field of the answer to *value*; `data.status` is a field of the order in it."""

    def twist(envelope: dict[str, Any]) -> object:
        inner = name.removeprefix("data.")
        if inner == name:
            return without_missing(envelope | {name: value})
        return envelope | {"data": without_missing(envelope.get("data", {}) | {inner: value})}

    return twist


def without_missing(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out the fields whose value is `MISSING`."""
    return {name: value for name, value in members.items() if value is not MISSING}


@dataclass
class StrangePlatform:
    """Answers requests, given as bytes, from the orders of *api*; *twists* change its next answers, by method."""

    api: FakeOrderApi
    dialect: Dialect
    twists: dict[str, list[Twist]] = field(default_factory=dict)

    def answer(self, raw: bytes) -> bytes:
        """Return the bytes that answer the request *raw*."""
        method, target = raw.partition(b"\r\n")[0].decode().split(" ")[:2]
        status, envelope = self._envelope(method, target, raw)
        twists = self.twists.get(method, [])
        document = twists.pop(0)(envelope) if twists else envelope
        return document if isinstance(document, bytes) else http(document, status)

    def _envelope(self, method: str, target: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        match = re.search(r"/orders/(\d+)", target)
        if match is None:
            return 200, self.dialect.success([])
        order_id = match[1]
        try:
            if method == "PUT":
                for stage in self.dialect.requested(request_body(raw)):
                    self.api.write(order_id, {"status": stage})
        except ApiError as error:
            return error.status, self.dialect.failure(str(error))
        return 200, self.dialect.success(self.dialect.order(order_id, self.api.orders[order_id]))


def http(document: object, status: int = 200, **headers: str) -> bytes:
    """Return an answer as bytes; an underscore in a header's name stands for a dash."""
    body = json.dumps(document).encode()
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    return "".join([first, *lines, "\r\n"]).encode("latin-1") + body


def damaged(dice: Random, raw: bytes) -> bytes:
    """Return an answer with a few bytes changed, cut, inserted or repeated, or without its end."""
    for _ in range(dice.randrange(1, 5)):
        at, span = dice.randrange(len(raw) or 1), dice.randrange(1, 30)
        piece = dice.choice([b"", dice.randbytes(span), raw[at : at + span] * 2, b"\r\n\r\n", b"\0", b"9" * 400])
        raw = raw[:at] + piece + raw[at + dice.choice([0, 1, span, span, len(raw)]) :]
    return raw
