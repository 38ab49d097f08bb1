"""A compressed answer is decompressed within its bound, and one that is damaged or cut short is none."""

import gzip
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.order_api.http.encodings import TooMuch, Undecodable, decoded

LIMIT = 10_000
JSON = b'{"data": ' + b"1" * 5000 + b"}"


def deflate(body: bytes, window_bits: int) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    return stream.compress(body) + stream.flush()


COMPRESSED = {
    "gzip": gzip.compress(JSON, mtime=0),
    "x-gzip": gzip.compress(JSON, mtime=0),
    "GZIP, identity": gzip.compress(JSON, mtime=0),
    "deflate": deflate(JSON, zlib.MAX_WBITS),
    " Deflate ": deflate(JSON, -zlib.MAX_WBITS),
}
each = pytest.mark.parametrize(("encoding", "body"), COMPRESSED.items(), ids=COMPRESSED)


@each
def test_a_compressed_answer_is_read(encoding: str, body: bytes):
    assert decoded(body, encoding, LIMIT) == JSON
    assert decoded(body, encoding, len(JSON)) == JSON


@each
def test_no_more_is_decompressed_than_the_bound_allows(encoding: str, body: bytes):
    with pytest.raises(TooMuch):
        decoded(body, encoding, len(JSON) - 1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_small_answer_that_would_be_huge_costs_little(encoding: str):
    huge = bytes(50_000_000)
    body = gzip.compress(huge) if encoding == "gzip" else zlib.compress(huge)
    with pytest.raises(TooMuch):
        decoded(body, encoding, LIMIT)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(JSON, mtime=0)), ("deflate", zlib.compress(JSON))],
    ids=["gzip", "deflate"],
)
def test_an_answer_that_is_cut_short_or_damaged_is_none(encoding: str, body: bytes):
    for broken in (body[:-1], body[: len(body) // 2], body[:12] + b"\xff\xff\xff" + body[15:]):
        with pytest.raises(Undecodable):
            decoded(broken, encoding, LIMIT)


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "deflate", "x-gzip", "identity, gzip", ","])
@pytest.mark.parametrize("body", [b"", b"{}", b'[{"a": 1}]', b"<html>", JSON, b"\xef\xbb\xbf{}"])
def test_an_answer_that_is_not_compressed_stays_as_it_is_whatever_its_header_says(encoding: str, body: bytes):
    assert decoded(body, encoding, LIMIT) == body


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "br, identity", "\x1b[2J" + "x" * 500])
def test_any_other_compression_is_named(encoding: str):
    with pytest.raises(Undecodable, match="it is encoded as") as refused:
        decoded(b"{}", encoding, LIMIT)
    assert len(str(refused.value)) < 100
    assert str(refused.value).isprintable()


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_decoded_or_refused(body: bytes, encoding: str):
    with suppress(TooMuch, Undecodable):
        assert len(decoded(body, encoding, LIMIT)) <= LIMIT
