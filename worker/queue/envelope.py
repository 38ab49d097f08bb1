"""Reads entries of the queue in Redis, and writes each anew from the few values that a wake-up has. Pure.

kombu reads more into JSON than values: an object with the keys `__type__` and `__value__` becomes whatever it names,
or an error that ends the connection. So kombu gets no entry, and no part of one, that somebody else has written.
"""

import json
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Any

from worker.domain.documents import Malformed, read_document
from worker.queue.messages import MAX_BODY_BYTES, QUEUE, Flaw, NoWakeUp

MAX_ENVELOPE_BYTES = 4 * MAX_BODY_BYTES
"""An entry of the queue: headers, and a body in Base64."""
MAX_TAG = 64
"""Characters of a delivery tag, by which kombu keeps a message until it is acknowledged."""
_HEADERS = ("task", "compression", "eta", "expires")
"""The headers that `read_call` looks at. The others have no effect."""
_SCALAR = (str, int, float, type(None))


def read_envelope(entry: object) -> bytes:
    """Return the entry of a queue that kombu may read instead of *entry*, which came from the queue.

    Raises `NoWakeUp` unless *entry* is what kombu's virtual transports write.
    """
    if not isinstance(entry, bytes):
        raise NoWakeUp(Flaw.ENVELOPE)
    if len(entry) > MAX_ENVELOPE_BYTES:
        raise NoWakeUp(Flaw.TOO_LARGE)
    try:
        document = read_document(entry)
    except Malformed as error:
        raise NoWakeUp(Flaw.ENVELOPE) from error
    if not (isinstance(document, dict) and _has_parts(document) and _is_base64(document["body"])):
        raise NoWakeUp(Flaw.ENVELOPE)
    return json.dumps(_rewritten(document)).encode()


def _rewritten(document: dict[str, Any]) -> dict[str, Any]:
    properties, headers = document["properties"], document["headers"]
    return {
        "body": document["body"],
        "content-type": document["content-type"],
        "content-encoding": document["content-encoding"],
        "headers": {name: headers.get(name) for name in _HEADERS},
        "properties": {
            "delivery_tag": properties["delivery_tag"],
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "body_encoding": properties["body_encoding"],
        },
    }


def _has_parts(document: dict[str, Any]) -> bool:
    properties, headers = document.get("properties"), document.get("headers")
    if not (isinstance(properties, dict) and isinstance(headers, dict)):
        return False
    tag, info = properties.get("delivery_tag"), properties.get("delivery_info")
    return (
        isinstance(tag, str)
        and 0 < len(tag) <= MAX_TAG
        and isinstance(info, dict)
        and all(isinstance(info.get(name), str) for name in ("exchange", "routing_key"))
        and properties.get("body_encoding") == "base64"
        and all(isinstance(document.get(name), str) for name in ("body", "content-type", "content-encoding"))
        and all(isinstance(headers.get(name), _SCALAR) for name in _HEADERS)
    )


def _is_base64(text: str) -> bool:
    try:
        a2b_base64(text.encode(), strict_mode=True)
    except Base64Error:
        return False
    return True
