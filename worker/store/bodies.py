"""How the bodies of deliveries are stored: compressed where that makes them smaller."""

import zlib
from typing import TypedDict

ZLIB = "zlib"
"""The encoding of compressed bodies. The encoding of bodies that are stored as they came is empty."""
SHORTEST_COMPRESSED = 512
"""Bytes of the shortest body that is compressed: shorter ones save little, and a sender waits meanwhile."""
LEVEL, WINDOW_BITS, MEMORY_LEVEL = 1, 12, 5
"""The fastest level of zlib, and a small window, because its usual one takes three times as long to make ready."""
SAMPLE, WORTH_IT = 2048, 0.9
"""So many bytes are compressed first. If they do not shrink to this part, neither does the rest: a body of noise would
take more time than all else about its delivery."""
LONGEST = 16 * 1024 * 1024
"""Bytes of the longest body that is read. No setting of `max_body` lets a longer one in."""


class BodyColumns(TypedDict):
    """The columns of `deliveries` about the body."""

    body: bytes | None
    encoding: str
    body_size: int | None


NO_BODY: BodyColumns = {"body": None, "encoding": "", "body_size": None}
"""The columns of a delivery whose body is not kept."""


def body_columns(body: bytes) -> BodyColumns:
    """Return the columns that store *body*."""
    compressed = _compress(body) if _is_worth_it(body) else body
    if len(compressed) < len(body):
        return {"body": compressed, "encoding": ZLIB, "body_size": len(body)}
    return {"body": body, "encoding": "", "body_size": len(body)}


def _is_worth_it(body: bytes) -> bool:
    if len(body) <= SAMPLE:
        return len(body) >= SHORTEST_COMPRESSED
    return len(_compress(body[:SAMPLE])) < SAMPLE * WORTH_IT


def _compress(body: bytes) -> bytes:
    writer = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL)
    return writer.compress(body) + writer.flush()


def read_body(stored: bytes, encoding: str) -> bytes:
    """Return the body as it came, of the columns `body` and `encoding`. Rows of earlier versions have no encoding.

    Raises ValueError for an encoding of a later version, and for what no version has stored.
    """
    if not encoding:
        return bytes(stored)
    if encoding != ZLIB:
        raise ValueError(f"this version does not know the encoding {encoding}")
    reader = zlib.decompressobj()
    try:
        body = reader.decompress(stored, LONGEST)
    except zlib.error as error:
        raise ValueError("the body is damaged") from error
    if not reader.eof:
        raise ValueError("the body is damaged")
    return body
