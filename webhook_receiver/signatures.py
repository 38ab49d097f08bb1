"""Checks the signature of a request, over the very bytes that were received, in constant time. Never raises."""

import re
from hmac import compare_digest
from typing import NamedTuple

from webhook_receiver.sources import Source
from worker.domain.instants import SECOND, Instant
from worker.domain.signing import SignedRequest, sign, split_target

_SIGNATURE = re.compile("sha256=[0-9a-f]{64}")
_TIMESTAMP = re.compile("[0-9]{10}")


class Request(NamedTuple):
    """The parts of a request that its check needs. *target* is as received, undecoded; a missing header is empty."""

    method: str
    target: bytes
    signature: str
    timestamp: str
    body: bytes


def signed_at(request: Request, source: Source) -> Instant | None:
    """Return when the request was signed, by its timestamp; None unless one of the source's secrets has signed it.

    Both headers must match as a whole and in ASCII. A header that came twice has a comma and does not match.
    """
    if not (_SIGNATURE.fullmatch(request.signature) and _TIMESTAMP.fullmatch(request.timestamp)):
        return None
    path, query = split_target(request.target)
    path = source.public_prefix.encode() + path
    signed = SignedRequest(request.method.encode(), path, query, request.timestamp.encode(), request.body)
    signature = request.signature.encode()
    # Every secret is tried, so that the time of the check tells nothing about the secrets.
    matches = [
        compare_digest(sign(secret, signed, source.signed_parts).encode(), signature) for secret in source.secrets
    ]
    return int(request.timestamp) * SECOND if any(matches) else None
