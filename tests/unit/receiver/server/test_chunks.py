"""Bodies in chunks: read right, wherever they are split; refused when they cost too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.buffers import OverflowableBuffer

from webhook_receiver.server.chunks import MAX_LINE_BYTES, MAX_TRAILER_BYTES, ChunkedBody

MAX_CHUNKS = 50


def new_body(max_chunks: int = MAX_CHUNKS) -> ChunkedBody:
    return ChunkedBody(OverflowableBuffer(1 << 30), max_chunks)


def feed(raw: bytes, size: int, max_chunks: int = MAX_CHUNKS) -> tuple[ChunkedBody, int]:
    """Let a body read *raw* in pieces of *size* bytes; return it, and how many bytes it has taken."""
    body, taken = new_body(max_chunks), 0
    while taken < len(raw) and not (body.completed or body.error):
        taken += body.received(raw[taken : taken + size])
    return body, taken


def chunked(pieces: list[bytes], extension: bytes = b"", trailer: bytes = b"") -> bytes:
    chunks = [b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces]
    return b"".join(chunks) + b"0\r\n" + trailer + b"\r\n"


pieces = st.lists(st.binary(min_size=1, max_size=40), max_size=20)


@given(pieces, st.integers(1, 60), st.sampled_from([b"", b";a", b";a=b"]), st.sampled_from([b"", b"A: b\r\nC: d\r\n"]))
def test_a_body_is_read_to_its_end_wherever_it_is_split(
    parts: list[bytes], size: int, extension: bytes, trailer: bytes
):
    raw = chunked(parts, extension, trailer)
    body, taken = feed(raw + b"GET /next", size)
    assert (body.completed, body.error) == (True, None)
    assert taken == len(raw)
    assert body.getfile().read() == b"".join(parts)
    assert len(body) == len(b"".join(parts))


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(
    "raw",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"0x3\r\n",
        b" 3\r\n",
        b"3 \r\n",
        b"\r\n3\r\n",
        b"3\nabc\r\n",
        b"3\rabc\r\n",
        b"3\r\nabcd\r\n",
        b"3\r\nabc3\r\n",
        b"3\r\nabc\r3\r\n",
        b"3\r\nabc\r\n\r\n0\r\n\r\n",
        b"3;\x00\r\nabc\r\n",
        b"3;a b\r\nabc\r\n",
        b"f" * 16 + b"\r\n",
        b"1;" + b"a" * 2 * MAX_LINE_BYTES,
        b"0\r\n" + b"A: b\r\n" * MAX_TRAILER_BYTES,
    ],
)
def test_what_is_no_chunk_is_an_error(raw: bytes, size: int):
    body, taken = feed(raw + b"more" * 10, size)
    assert body.error is not None
    assert body.error.code == 400
    assert not body.completed
    assert taken <= len(raw) + size + 40


def test_tiny_chunks_are_an_error_when_there_are_too_many():
    assert feed(chunked([b"x"] * (MAX_CHUNKS - 1)), 100)[0].error is None
    assert feed(chunked([b"x"] * MAX_CHUNKS), 100)[0].error is not None
