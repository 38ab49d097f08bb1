"""Judges who signed a request: over the very bytes received, in constant time, without ever raising."""

import re
from hmac import compare_digest
from typing import NamedTuple

from webhook_receiver.sources import Source
from worker.domain.instants import SECOND
from worker.domain.signing import SignedRequest, sign, split_target

_SIGNATURE = re.compile("sha256=[0-9a-f]{64}")
_TIMESTAMP = re.compile("[0-9]{10}")


class Request(NamedTuple):
    """What a request shows: its *target* undecoded as received, and the texts of two headers, empty when missing."""

    method: str
    target: bytes
    signature: str
    timestamp: str
    body: bytes


def signed_at(request: Request, source: Source) -> int | None:
    """Return the instant, in microseconds, that one of the source's secrets vouches for; None when none does.

    Both headers must match whole and in ASCII: a header that came twice holds a comma and does not.
    """
    if not (_SIGNATURE.fullmatch(request.signature) and _TIMESTAMP.fullmatch(request.timestamp)):
        return None
    path, query = split_target(request.target)
    path = source.public_prefix.encode() + path
    signed = SignedRequest(request.method.encode(), path, query, request.timestamp.encode(), request.body)
    claimed = request.signature.encode()
    # Every secret is tried, whichever fits: the time that it takes tells nothing.
    fits = [compare_digest(sign(secret, signed, source.signed_parts).encode(), claimed) for secret in source.secrets]
    return int(request.timestamp) * SECOND if any(fits) else None
