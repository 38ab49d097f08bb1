"""Authenticates a request by the methods of a profile, in constant time. Never raises.

Every method for which the source has secrets must pass. Of each, any secret may fit, and all of them are computed.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

from webhook_receiver.profiles.engine.documents import Content, read_outer
from webhook_receiver.profiles.engine.messages import SignedValues, Template, filled
from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.requests import Request
from worker.domain.errors import Unusable
from worker.domain.instants import SECOND, Instant
from worker.domain.reasons import RefusalReason
from worker.domain.signing import split_target

Kind = Literal["static", "basic", "hmac", "digest"]
SecretForm = Literal["text", "nfkd", "base64"]
Encoding = Literal["hex", "base64"]

BASE64_PREFIX = "whsec_"
"""Stands before a secret that is the Base64 of its key (Standard Webhooks)."""
SHORTEST_KEY = 8
"""Bytes."""
MAX_QUERY_FIELDS = 100
_TIME = re.compile("[0-9]{10}")
_BASIC = "basic "


class Location(NamedTuple):
    """Where a value of a request is: in a header or a field of the query by *name*, or in the body at *path*."""

    part: Literal["header", "query", "body"]
    name: str
    path: Path | None = None
    item: str = ""
    """The value is a list `k=v,k=v`, and this item of it counts."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of authentication with the keys of its secrets."""

    name: str
    kind: Kind
    location: Location
    keys: tuple[bytes, ...] = field(repr=False)
    message: Template
    prefix: str = ""
    hash: str = "sha256"
    encoding: Encoding = "hex"
    time: Location | None = None

    @property
    def reads_body(self) -> bool:
        """Whether the body must be read before the request is known to be authentic."""
        return self.location.part == "body" or self.message.has("field")


class Authentic(NamedTuple):
    """An authentic request. *signed_at* is its signed time, if it has one.

    *outer* is its outer document, if the authentication has read it: it need not be read again.
    """

    signed_at: Instant | None = None
    outer: object = None


class OpenedRequest:
    """A request, with its outer document, which is read when it is needed."""

    def __init__(self, request: Request, content: Content, public_prefix: str = "") -> None:
        self.request, self._content, self._public_prefix = request, content, public_prefix
        self.outer: object = None
        """The outer document, once it was read."""

    @property
    def document(self) -> object:
        """The outer document. Raises `Unusable`, also when a key comes twice: a signature covers one of the two."""
        if self.outer is None:
            self.outer = read_outer(self.request.body, self._content, unique_keys=True)
        return self.outer

    def text_at(self, location: Location) -> str | None:
        """Return the text there; None when it is missing, comes twice, or has no text. Raises `Unusable`."""
        match location.part:
            case "header":
                text = self.request.headers.get(location.name.lower())
            case "query":
                text = _query_field(split_target(self.request.target)[1], location.name)
            case _:
                value = location.path.value(self.document) if location.path else None
                text = None if value is None else text_of(value)
        return _item(text, location.item) if text is not None and location.item else text

    def values(self, time: str) -> SignedValues:
        """Return what the places of a message can be filled with."""
        request = self.request
        return SignedValues(
            request.method,
            request.target,
            request.headers,
            request.body,
            lambda: self.document,
            time,
            self._public_prefix,
        )


def authenticate(methods: Sequence[Method], opened: OpenedRequest) -> Authentic | None:
    """Return what authenticates the request; None when one of *methods* does not pass. There is at least one."""
    times = []
    for method in methods:
        signed_at = check(method, opened)
        if signed_at is None:
            return None
        times.append(signed_at.signed_at)
    known = [time for time in times if time is not None]
    return Authentic(min(known, default=None), opened.outer)


def check(method: Method, opened: OpenedRequest) -> Authentic | None:
    """Return what *method* finds authentic; None when no secret fits. A body that cannot be read is not authentic."""
    try:
        sent = opened.text_at(method.location)
        time = opened.text_at(method.time) if method.time else ""
        if sent is None or time is None or not sent.startswith(method.prefix):
            return None
        if method.time and not _TIME.fullmatch(time):
            return None
        fits = _fits(method, sent.removeprefix(method.prefix), opened.values(time))
    except (Unusable, NoText):
        return None
    return Authentic(int(time) * SECOND if method.time else None) if fits else None


def why_refused(methods: Sequence[Method], opened: OpenedRequest) -> RefusalReason:
    """Return what is wrong with a request that is not authentic, by its headers and its query alone.

    The body is not read again, because strangers choose how large it is.
    """
    outside = [method for method in methods if method.location.part != "body"]
    if not methods or any(opened.text_at(method.location) is None for method in outside):
        return RefusalReason.NO_SIGNATURE
    times = [method.time for method in outside if method.time and method.time.part != "body"]
    are_times = all(_TIME.fullmatch(opened.text_at(time) or "") for time in times)
    return RefusalReason.BAD_SIGNATURE if are_times else RefusalReason.BAD_TIME


def _fits(method: Method, sent: str, values: SignedValues) -> bool:
    if method.kind == "basic":
        scheme, credentials = sent[: len(_BASIC)], sent[len(_BASIC) :]
        sent = credentials if scheme.lower() == _BASIC else ""
    elif method.encoding == "hex" and method.kind != "static":
        sent = sent.lower()
    given = sent.encode("latin-1" if method.location.part == "header" else "utf-8", "replace")
    # Every secret is tried, so that the time of the check tells nothing about the secrets.
    return sum(hmac.compare_digest(wanted, given) for wanted in expected(method, values)) > 0


def expected(method: Method, values: SignedValues) -> list[bytes]:
    """Return the value that the sender must send, for each secret. Raises `NoText` and `Unusable`."""
    match method.kind:
        case "static":
            return list(method.keys)
        case "basic":
            return [base64.b64encode(key) for key in method.keys]
        case "hmac":
            digests = [hmac.digest(key, filled(method.message, values, key), method.hash) for key in method.keys]
        case _:
            digests = [hashlib.new(method.hash, filled(method.message, values, key)).digest() for key in method.keys]
    return [base64.b64encode(d) if method.encoding == "base64" else d.hex().encode() for d in digests]


def key_of(secret: str, form: SecretForm) -> bytes:
    """Return the key that *secret* stands for. Raises ValueError; the error's text completes "<key> …"."""
    if form == "nfkd":
        return unicodedata.normalize("NFKD", secret).encode()
    if form == "base64":
        return _decoded_key(secret.removeprefix(BASE64_PREFIX))
    return secret.encode()


def _decoded_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:  # of binascii, or a text that is not ASCII
        raise ValueError("must be the Base64 of a key") from error
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"must be the Base64 of a key of at least {SHORTEST_KEY} bytes")
    return key


def _query_field(query: bytes, name: str) -> str | None:
    """Return the only value of a field of the query; None when it is missing or comes twice.

    A `+` is no space, because people write Base64 into a URL as it is.
    """
    text = query.removeprefix(b"?").replace(b"+", b"%2B").decode("latin-1")
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        return None
    values = [value for key, value in fields if key == name]
    return values[0] if len(values) == 1 else None


def _item(text: str, name: str) -> str | None:
    """Return the item *name* of a list `k=v,k=v`; None unless there is exactly one."""
    pairs = (part.strip().partition("=") for part in text.split(","))
    values = [value for key, equals, value in pairs if equals and key == name]
    return values[0] if len(values) == 1 else None
