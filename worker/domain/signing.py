"""The platform's request signature, for the requests that we receive and for those that we send.

It is HMAC-SHA256 over METHOD + PATH + QUERY_STRING + TIMESTAMP + BODY, keyed by the shared secret, written as `sha256=`
and 64 lower-case hex digits (awalchat API reference, "Authentication").
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

SIGNATURE_METHOD = "signature"
"""The name of this method of authentication: a source has its secrets under it."""
Part = Literal["method", "path", "query_string", "timestamp", "body"]
ALL_PARTS: tuple[Part, ...] = get_args(Part)
"""The parts that a signature covers, in the order of the formula."""
ALWAYS_SIGNED: frozenset[Part] = frozenset({"timestamp", "body"})
"""Without the timestamp, an old request could be sent again; without the body, another event could be sent."""


class SignedRequest(NamedTuple):
    """The bytes of a request that a signature covers, exactly as they are sent.

    *path* is undecoded and ends before `?`; *query_string* has its leading `?` or is empty.
    """

    method: bytes
    path: bytes
    query_string: bytes
    timestamp: bytes
    body: bytes


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """Split a request target into path and query string; a bare `?` counts as no query."""
    path, mark, query = target.partition(b"?")
    return path, mark + query if query else b""


def sign(secret: bytes, request: SignedRequest, parts: Iterable[Part] = ALL_PARTS) -> str:
    """Return the signature of *request* as a header value. It covers *parts*, and always `ALWAYS_SIGNED`."""
    chosen = ALWAYS_SIGNED.union(parts)
    message = b"".join(getattr(request, part) for part in ALL_PARTS if part in chosen)
    return "sha256=" + hmac.new(secret, message, hashlib.sha256).hexdigest()


def signed_headers(secret: bytes, request: SignedRequest, parts: Iterable[Part] = ALL_PARTS) -> dict[str, str]:
    """Return the two headers that a sender adds to *request*; its timestamp is unix seconds in ten digits."""
    return {"X-Awal-Signature-256": sign(secret, request, parts), "X-Timestamp": request.timestamp.decode()}
