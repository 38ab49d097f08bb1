"""Messages that somebody else writes into the queue of an installation, in the form of Celery and kombu."""

import base64
import json
import struct
import uuid
import zlib
from collections.abc import Mapping
from typing import Any

import amqp

QUEUE_KEY = "fulfillment:fulfillment"
"""The list in which Redis or Valkey has the queue."""
ARGUMENTS = b'[["main", "1"], {}, {}]'


def headers(**changes: object) -> dict[str, Any]:
    """Return the headers of a wake-up for order 1 with *changes*."""
    return {
        "lang": "py",
        "task": "fulfillment.reconcile",
        "id": str(uuid.uuid4()),
        "eta": None,
        "expires": None,
        "retries": 0,
        "timelimit": [None, None],
        "argsrepr": "()",
        "kwargsrepr": "{}",
        "ignore_result": True,
    } | changes


def entry(body: bytes = ARGUMENTS, *, properties: Mapping[str, object] | None = None, **changes: object) -> str:
    """Return an entry of the queue in Redis: a wake-up with another *body*, *properties*, or changed headers."""
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers(**changes),
            "properties": {
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "fulfillment"},
                "body_encoding": "base64",
                "delivery_tag": str(uuid.uuid4()),
            }
            | dict(properties or {}),
        }
    )


def bomb(mega_bytes: int) -> bytes:
    """Return a small body that would take *mega_bytes* when it is decompressed."""
    compressor = zlib.compressobj(9)
    parts = [compressor.compress(b" " * 1_000_000) for _ in range(mega_bytes)]
    return b"".join(parts) + compressor.flush()


def remote_control(method: str, **arguments: object) -> str:
    """Return a message of Celery's remote control, for its channel `fulfillment:/0.celery.pidbox`."""
    command = {"method": method, "arguments": arguments, "destination": None, "pattern": None, "matcher": None}
    properties = {"delivery_info": {"exchange": "celery.pidbox", "routing_key": ""}}
    return entry(json.dumps(command).encode(), properties=properties, clock=1)


class UnreadableMessage(amqp.basic_message.Message):
    """A message for RabbitMQ whose header is an instant in the year 584,554,049,253, which no Python date can be."""

    def _serialize_properties(self) -> bytes:
        header = b"\x01t" + b"T" + b"\xff" * 8
        return struct.pack(">HI", 0x2000, len(header)) + header
