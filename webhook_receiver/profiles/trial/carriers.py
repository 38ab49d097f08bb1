"""The values of a request that could be a signature, a secret or a signed time."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl

from webhook_receiver.profiles.engine.authentication import MAX_QUERY_FIELDS, OpenedRequest
from webhook_receiver.profiles.schema.model import is_header_name
from webhook_receiver.profiles.trial.outline import leaves
from worker.domain.errors import Unusable
from worker.domain.signing import split_target

DIGEST_SIZES = {"sha256": 32, "sha1": 20, "sha512": 64, "md5": 16}
"""Bytes."""
UNPADDED, URL_SAFE = "Base64 without its padding", "URL-safe Base64"
"""Encodings that a profile cannot say."""
_HEX = re.compile("(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile("[A-Za-z0-9+/]+={0,2}")
_URL_SAFE = re.compile("[A-Za-z0-9_-]+={0,2}")
_ITEM = re.compile(r"[A-Za-z0-9_-]{1,30}")
_PREFIX = re.compile(r"([^=:,\s]{1,40}[=:,\s]\s?)(\S.*)", re.DOTALL)
_TIME = re.compile("[0-9]{10}")
_SHORTEST = 20
"""Characters of the shortest digest: MD5 in Base64 without padding has 22."""


class Value(NamedTuple):
    """A text of the request, and its location, as a profile writes it: `header:X-Sig`."""

    location: str
    text: str


class Part(NamedTuple):
    """A part of a value, by the keys that a profile has for it: behind *prefix*, or the item *item* of a list."""

    location: str
    prefix: str
    item: str
    text: str


class Carrier(NamedTuple):
    """A part that has the length of a digest. *digest* is its bytes."""

    part: Part
    encoding: str
    digest: bytes


def values_of(opened: OpenedRequest) -> Iterator[Value]:
    """Yield the values of the headers, of the query, and of the body, if it can be read."""
    request = opened.request
    headers = ((name, text) for name, text in request.headers.items() if is_header_name(name))
    yield from (Value(f"header:{name}", text) for name, text in headers)
    query = split_target(request.target)[1].removeprefix(b"?").decode("latin-1")
    fields_of_query = parse_qsl(query, keep_blank_values=True)[:MAX_QUERY_FIELDS]
    yield from (Value(f"query:{name}", text) for name, text in fields_of_query if name and name.isprintable())
    try:
        fields = list(leaves(opened.document))
    except Unusable:
        return
    yield from (Value(f"body:{path}", text) for path, text in fields if isinstance(text, str))
    yield from (Value(f"body:{path}", str(number)) for path, number in fields if type(number) is int)


def parts_of(value: Value) -> Iterator[Part]:
    """Yield the whole of *value*, each item of it if it is a list `k=v,k=v`, and what is behind a prefix."""
    yield Part(value.location, "", "", value.text)
    items = [item.strip().partition("=") for item in value.text.split(",")]
    if len(items) > 1:
        yield from (
            Part(value.location, "", name, text) for name, equals, text in items if equals and _ITEM.fullmatch(name)
        )
    if prefix := _PREFIX.fullmatch(value.text):
        yield Part(value.location, prefix[1], "", prefix[2])


def carriers_of(opened: OpenedRequest) -> list[Carrier]:
    """Return the parts of the request that have the length of a digest."""
    sizes = frozenset(DIGEST_SIZES.values())
    return [
        Carrier(part, encoding, raw)
        for value in values_of(opened)
        for part in parts_of(value)
        if len(part.text) >= _SHORTEST
        for encoding, raw in decodings(part.text)
        if len(raw) in sizes
    ]


def times_of(opened: OpenedRequest) -> list[Part]:
    """Return the parts of the request that could be a signed time: ten digits."""
    return [part for value in values_of(opened) for part in parts_of(value) if _TIME.fullmatch(part.text)]


def decodings(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield each encoding that *text* can have, and the bytes that it then stands for."""
    if _HEX.fullmatch(text):
        yield "hex", bytes.fromhex(text)
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    for pattern, name, characters in ((_BASE64, "base64", None), (_URL_SAFE, URL_SAFE, b"-_")):
        if not pattern.fullmatch(text):
            continue
        try:
            raw = base64.b64decode(padded, characters, validate=True)
        except binascii.Error:
            return
        yield (name if name == URL_SAFE or text == padded else UNPADDED), raw
        return
