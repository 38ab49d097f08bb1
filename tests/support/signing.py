"""The signature as the vendor's page describes it, computed without the code under test."""

import hashlib
import hmac


def signature(secret: bytes, method: str, target: str, timestamp: str, body: bytes) -> str:
    """Return the signature header of a request. *target* is the signed part of its path, and its query string."""
    message = f"{method}{target}{timestamp}".encode("latin-1") + body
    return "sha256=" + hmac.new(secret, message, hashlib.sha256).hexdigest()
