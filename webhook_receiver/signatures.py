"""Checks the platform's signature of a request, over the very bytes received, in constant time. Never raises."""

import re
from hmac import compare_digest

from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.instants import SECOND, Instant
from worker.domain.signing import SIGNATURE_METHOD, SignedRequest, sign, split_target

SIGNED, TIMED = "x-awal-signature-256", "x-timestamp"
TIMESTAMP = re.compile("[0-9]{10}")
_SIGNATURE = re.compile("sha256=[0-9a-f]{64}")


def signed_at(request: Request, source: Source) -> Instant | None:
    """Return when the request was signed, by its timestamp; None unless one of the source's secrets has signed it.

    Both headers must match as a whole and in ASCII. A header that came twice has a comma and does not match.
    """
    signature, timestamp = request.headers.get(SIGNED, ""), request.headers.get(TIMED, "")
    if not (_SIGNATURE.fullmatch(signature) and TIMESTAMP.fullmatch(timestamp)):
        return None
    path, query = split_target(request.target)
    path = source.public_prefix.encode() + path
    signed = SignedRequest(request.method.encode(), path, query, timestamp.encode(), request.body)
    # Every secret is tried, so that the time of the check tells nothing about the secrets.
    matches = [
        compare_digest(sign(secret, signed, source.signed_parts).encode(), signature.encode())
        for secret in source.secrets[SIGNATURE_METHOD]
    ]
    return int(timestamp) * SECOND if any(matches) else None
