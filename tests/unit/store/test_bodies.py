"""Bodies are stored compressed where that helps, and read as they came."""

import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.store.bodies import LONGEST, SHORTEST_COMPRESSED, ZLIB, body_columns, read_body

JSON = b'{"event": "shipment.delivered", "data": {"order_id": 1}}' * 100


@given(st.binary(max_size=1000) | st.binary(min_size=1, max_size=20).map(lambda piece: piece * 100))
def test_a_body_is_read_as_it_came(body: bytes):
    columns = body_columns(body)
    assert columns["body"] is not None
    assert (read_body(columns["body"], columns["encoding"]), columns["body_size"]) == (body, len(body))
    assert len(columns["body"]) <= len(body)


def test_a_long_body_takes_less_room():
    columns = body_columns(JSON)
    assert (columns["encoding"], columns["body_size"]) == (ZLIB, len(JSON))
    assert len(columns["body"] or b"") < len(JSON) / 10


@pytest.mark.parametrize("body", [b"", b"a" * (SHORTEST_COMPRESSED - 1), os.urandom(65_536)])
def test_a_body_that_would_not_get_smaller_is_stored_as_it_came(body: bytes):
    assert body_columns(body) == {"body": body, "encoding": "", "body_size": len(body)}


def test_a_body_of_an_earlier_version_is_read_whatever_it_looks_like():
    body = zlib.compress(JSON)
    assert read_body(body, "") == body


@pytest.mark.parametrize(
    ("stored", "encoding"),
    [(zlib.compress(JSON)[:-5], ZLIB), (JSON, ZLIB), (JSON, "zstd"), (zlib.compress(bytes(LONGEST + 1)), ZLIB)],
    ids=["cut off", "not compressed", "of a later version", "endless"],
)
def test_what_no_version_has_stored_is_an_error_and_takes_no_memory(stored: bytes, encoding: str):
    with pytest.raises(ValueError, match=r"damaged|does not know"):
        read_body(stored, encoding)
