"""Finds the secret itself in a request."""

import base64
import binascii
from collections.abc import Iterator
from typing import NamedTuple

from webhook_receiver.profiles.engine.authentication import OpenedRequest
from webhook_receiver.profiles.trial.carriers import Part, Value, parts_of, values_of

MAX_PREFIX = 40


class Disclosed(NamedTuple):
    """Where the secret is, and how: *kind* is `static` or `basic`. A *remark* says what a profile cannot say."""

    kind: str
    part: Part
    remark: str = ""


def find_disclosed(opened: OpenedRequest, secret: str) -> Iterator[Disclosed]:
    """Yield each place of the request that holds *secret*."""
    for value in values_of(opened):
        yield from _in_value(value, secret)


def _in_value(value: Value, secret: str) -> Iterator[Disclosed]:
    exact = [part for part in parts_of(value) if part.text == secret]
    yield from (Disclosed("static", part) for part in exact)
    if exact:
        return
    prefix = value.text.removesuffix(secret)
    if secret and len(prefix) < len(value.text) and len(prefix) <= MAX_PREFIX:
        yield Disclosed("static", Part(value.location, prefix, "", secret))
    elif _basic_credentials(value.text) == secret:
        yield Disclosed("basic", Part(value.location, "", "", value.text))
    elif value.text.lower() == secret.lower():
        yield Disclosed("static", _whole(value), "the secret in other upper and lower case: write it as it comes")
    elif value.text.strip() == secret.strip():
        yield Disclosed("static", _whole(value), "the secret has spaces at its ends: write it as it comes")
    elif value.text == base64.b64encode(secret.encode()).decode():
        yield Disclosed("static", _whole(value), "the Base64 of the secret comes: make that text the secret")


def _whole(value: Value) -> Part:
    return Part(value.location, "", "", value.text)


def _basic_credentials(text: str) -> str | None:
    """Return `user:password` of HTTP Basic authentication; None when *text* is something else."""
    scheme, _, credentials = text.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
