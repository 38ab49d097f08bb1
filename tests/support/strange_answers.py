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
        order = self.dialect.order(order_id, self.api.orders[order_id])
        shown = {name: order[name] for name in order if method != "PUT" or name in self.dialect.updated}
        return 200, self.dialect.success(shown)


FLAWS: Mapping[str, bytes] = {
    "half an emoji": b'"Sara \\ud83d"',
    "NUL": b'"a\\u0000b"',
    "Latin-1": b'"Jos\xe9"',
    "NaN": b"NaN",
    "40 digits": b"9" * 40,
    "5,000 digits": b"9" * 5000,
    "a huge float": b"1e999",
    "a repeated key": b'{"a": 1, "a": 2}',
    "deep": b"[" * 200 + b"]" * 200,
}
"""JSON values that nothing may use."""


def with_flaw(body: bytes, raw: bytes) -> bytes:
    """Return *body*, a JSON object, with the value *raw* in one more field of each object in it."""
    return body.replace(b'{"', b'{"customer_name": ' + raw + b', "')


def http(document: object, status: int = 200, **headers: str) -> bytes:
    """Return an answer as bytes; bytes are its body. An underscore in a header's name stands for a dash."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    length = headers.get("Content_Length", str(len(body)))
    first = f"HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    lines = [line for line in lines if not line.startswith("Content-Length")]
    return "".join([first, *lines, "\r\n"]).encode("latin-1") + body


def damaged(dice: Random, raw: bytes) -> bytes:
    """Return an answer with a few bytes changed, cut, inserted or repeated, or without its end."""
    for _ in range(dice.randrange(1, 5)):
        at, span = dice.randrange(len(raw) or 1), dice.randrange(1, 30)
        piece = dice.choice([b"", dice.randbytes(span), raw[at : at + span] * 2, b"\r\n\r\n", b"\0", b"9" * 400])
        raw = raw[:at] + piece + raw[at + dice.choice([0, 1, span, span, len(raw)]) :]
    return raw
