"""A fuzz run over the queue: a real worker gets entries of every kind, and honest orders are completed all the same."""

import json
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.support.courier import event_document
from tests.support.forging import ARGUMENTS, QUEUE_KEY, entry, headers
from tests.support.installation import Installation
from tests.support.programs import until

BATCH = 250
"""Entries between two honest orders."""
TYPICAL: Sequence[Any] = (
    *(None, True, 0, -1, 1 << 70, 1e308, "", "x", "\x00", "\ud800", "fulfillment.reconcile", "base64", "gzip", "zlib"),
    *([], {}, [[]], ["main", "1"], {"a": {"a": {}}}, "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00"),
    # kombu's reader of JSON makes other values of these, or fails.
    *(
        {"__type__": "decimal", "__value__": "abc"},
        {"__type__": "uuid", "__value__": 1},
        {"__type__": [], "__value__": 1},
    ),
)
"""Values that readers stumble over."""


def forged(random: Random) -> bytes:
    """Return an entry that resembles a wake-up more or less."""
    return random.choice(_KINDS)(random)


def run(random: Random, seconds: float) -> str:
    """Fuzz a worker for *seconds*, and return a sentence about it. Raises `AssertionError` when it suffers."""
    installation = Installation().open()
    try:
        ends_at, orders = time.monotonic() + seconds, 0
        while time.monotonic() < ends_at:
            orders += 1
            installation.sandbox.order(orders)
            installation.broker.lpush(QUEUE_KEY, *(forged(random) for _ in range(BATCH)))
            installation.courier.post(event_document(f"evt_{orders}", "shipment.delivered", orders))
            _await_completion(installation, orders)
            assert installation.worker.is_alive, "the worker has ended"
        assert "consumer_failed" not in installation.worker.output, "an entry has reached what cannot read it"
        return f"{orders * BATCH} entries, {orders} orders completed among them"
    finally:
        installation.close()


def _await_completion(installation: Installation, order: int) -> None:
    until(lambda: installation.sandbox.seen(order)["status"] == "completed", 60, "an honest order")


def _typical(random: Random) -> Any:
    return deepcopy(random.choice(TYPICAL))  # it may be changed in its place


def _changed_document(random: Random) -> bytes:
    """A wake-up in which a few parts, at any depth, are replaced, removed or repeated."""
    document: Any = json.loads(entry())
    for _ in range(random.randint(1, 4)):
        part = document
        while isinstance(part, dict) and part:
            name = random.choice(list(part))
            if not isinstance(part[name], dict) or random.random() < 0.4:
                part[name] = _typical(random)
                if random.random() < 0.2:
                    del part[name]
                break
            part = part[name]
    return json.dumps(document).encode()


def _changed_header(random: Random) -> bytes:
    return entry(**{random.choice(list(headers())): _typical(random)}).encode()


def _changed_body(random: Random) -> bytes:
    document: Any = json.loads(ARGUMENTS)
    document[random.randrange(3)] = _typical(random)
    body = json.dumps(document).encode()
    return entry(body if random.random() < 0.5 else _damaged(random, body)).encode()


def _damaged(random: Random, text: bytes) -> bytes:
    """*text* with a few bytes replaced, then perhaps cut off."""
    damaged = bytearray(text)
    for _ in range(random.randint(1, 6)):
        damaged[random.randrange(len(damaged))] = random.randrange(256)
    return bytes(damaged[: random.randint(1, len(damaged))] if random.random() < 0.3 else damaged)


def _large(random: Random) -> bytes:
    return random.choice([b"[", b'{"a":', b"9", b" ", b"\xff"]) * random.randrange(1, 200_000)


_KINDS: Sequence[Callable[[Random], bytes]] = (
    _changed_document,
    _changed_header,
    _changed_body,
    lambda random: _damaged(random, entry().encode()),
    lambda random: random.randbytes(random.randrange(1, 300)),
    lambda random: entry(eta=f"{random.randint(2000, 9999)}-01-01T00:00:00+00:00").encode(),
    _large,
)
