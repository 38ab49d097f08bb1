"""`python -m tests.benchmarks.stub PORT`: an order API that answers at once, or after a delay, and counts.

Like awalchat, it moves an order one stage at a time. Unlike the sandbox, it checks nothing else, because it must need
little processor time beside what is measured. Its control API is the part of the sandbox's that the benchmarks need.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import Any

from tests.benchmarks.documents import STAGES

STEPS = frozenset(pairwise(("pending", *STAGES)))

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_NOT_FOUND = 404, {"error": "resource_not_found", "message": "", "details": {}, "request_id": "r"}
_NO_PAGES = {"current_page": 1, "per_page": 10, "total": 0, "last_page": 1}
"""Its lists are empty, because no benchmark needs them."""

Response = tuple[int, object]
"""The HTTP status and the document."""


class Platform:
    """The orders, and what its clients did."""

    def __init__(self) -> None:
        self._orders: dict[str, dict[str, Any]] = {}
        self._totals = Counter(dict.fromkeys(("calls", "reads", "writes", "illegal", "transitions"), 0))
        self._transitions: list[dict[str, object]] = []
        self.delay_seconds, self.hangs = 0.0, False

    def call(self, method: str, order_id: str, body: bytes) -> Response:
        """Answer a call to the order API."""
        self._totals["calls"] += 1
        self._totals["reads" if method == "GET" else "writes"] += 1
        if order_id == "orders":
            return 200, {"status": True, "message": "Success", "data": [], "meta": _NO_PAGES}
        order = self._orders.get(order_id)
        if order is None:
            return _NOT_FOUND
        if method == "PUT" and not self._update(order, json.loads(body)):
            return 409, {"error": "conflict", "message": "", "details": {}, "request_id": "r"}
        return 200, {"status": True, "message": "Success", "data": order}

    def _update(self, order: dict[str, Any], fields: dict[str, Any]) -> bool:
        """Apply a legal update. Return whether it is legal."""
        before, after = order["status"], fields.get("status", order["status"])
        if after != before:
            if (before, after) not in STEPS:
                self._totals["illegal"] += 1
                return False
            self._totals["transitions"] += 1
            self._transitions.append({"order_id": order["id"], "to": after, "at": time.time_ns() // 1000})
        order |= {"payment_status": "unpaid", **fields}
        return True

    def control(self, method: str, path: str, body: bytes) -> Response:
        """Create orders, add or remove a fault (`delay` or an outage that hangs), or report."""
        match method, path:
            case "POST", "/orders":
                created = json.loads(body)
                for fields in created if isinstance(created, list) else [created]:
                    self._orders[str(fields["id"])] = _NEW | {"order_number": f"ORD-{fields['id']}"} | fields
            case "POST", "/faults":
                fault = json.loads(body)
                self.delay_seconds, self.hangs = fault["seconds"], fault["kind"] != "delay"
            case "DELETE", "/faults":
                self.delay_seconds, self.hangs = 0.0, False
            case "GET", "/totals":
                return 200, self._totals
            case "GET", "/report":
                return 200, {"totals": self._totals, "transitions": self._transitions}
            case _:
                return _NOT_FOUND
        return 200, {}


_NEW = {
    "status": "pending",
    "payment_status": "unpaid",
    **dict.fromkeys(("shipping_date", "delivery_date", "admin_notes")),
    "updated_at": "2026-01-01T00:00:00.000000Z",
}


class Connection(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._received = platform, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank_line, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not blank_line or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        path = target.partition("?")[0]
        if path.startswith("/_sandbox"):
            self._send(*self._platform.control(method, path.removeprefix("/_sandbox"), body))
            return
        answer = partial(self._answer, method, path.rpartition("/")[2], body)
        if seconds := self._platform.delay_seconds:
            hangs = self._platform.hangs
            asyncio.get_running_loop().call_later(seconds, self._transport.close if hangs else answer)
        else:
            answer()

    def _answer(self, method: str, order_id: str, body: bytes) -> None:
        self._send(*self._platform.call(method, order_id, body))

    def _send(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)


async def serve(port: int) -> None:
    """Serve until the process ends."""
    platform = Platform()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(platform), "127.0.0.1", port)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
