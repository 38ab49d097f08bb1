"""Undoes the compression of an answer, within a bound. We ask for none, and some servers compress all the same."""

import re
import zlib
from collections.abc import Callable, Mapping

MAX_NAME = 40
"""Characters of an encoding's name in a message."""
_UNUSUAL = re.compile("[^a-z0-9 ,._*-]")
_GZIP_BEGINNING = b"\x1f\x8b"
_ZLIB_METHOD = 8
"""The low four bits of the first byte of a zlib stream (RFC 1950)."""


class Undecodable(ValueError):
    """The body is not compressed as its header says, or is cut short."""


class TooMuch(ValueError):
    """The body is larger than allowed when it is decompressed."""


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """Return *body* without the `Content-Encoding` *encoding*, of at most *limit* bytes (RFC 9110, 8.4.1).

    A body that is not compressed stays as it is, because some proxies decompress it and leave the header. Raises
    `TooMuch` before more than *limit* bytes are decompressed, and `Undecodable`.
    """
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if not names or not body:
        return body
    decode = _DECODERS.get(names[0]) if len(names) == 1 else None
    if decode is None:
        raise Undecodable(f"it is encoded as “{_UNUSUAL.sub('?', ', '.join(names))[:MAX_NAME]}”")
    return decode(body, limit)


def _gunzip(body: bytes, limit: int) -> bytes:
    return _inflate(body, limit, 16 + zlib.MAX_WBITS) if body.startswith(_GZIP_BEGINNING) else body


def _deflate(body: bytes, limit: int) -> bytes:
    """Inflate a zlib stream. Some servers send it without its header, as a bare deflate stream."""
    if body[0] & 0x0F == _ZLIB_METHOD and int.from_bytes(body[:2]) % 31 == 0:
        return _inflate(body, limit, zlib.MAX_WBITS)
    try:
        return _inflate(body, limit, -zlib.MAX_WBITS)
    except Undecodable:
        return body


def _inflate(body: bytes, limit: int, window_bits: int) -> bytes:
    stream = zlib.decompressobj(window_bits)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise Undecodable("it is damaged") from error
    if len(plain) > limit:
        raise TooMuch
    if not stream.eof:
        raise Undecodable("it is cut short")
    return plain


_DECODERS: Mapping[str, Callable[[bytes, int], bytes]] = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _deflate}
