"""What reading a request may cost: lines, chunks and memory have a bound."""

from types import SimpleNamespace

import pytest

from webhook_receiver.server.parser import BYTES_FOR_A_CHUNK, MAX_HEADER_LINES, RequestParser

MAX_BODY = 64_000
ADJUSTMENTS = SimpleNamespace(
    max_request_header_size=16_384, max_request_body_size=MAX_BODY, inbuf_overflow=1 << 40, url_scheme="http"
)
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


def parsed(raw: bytes) -> RequestParser:
    parser = RequestParser(ADJUSTMENTS)
    while raw and not parser.completed:
        raw = raw[parser.received(raw) :]
    return parser


def status(parser: RequestParser) -> int | None:
    return parser.error.code if parser.error else None


@pytest.mark.parametrize(("lines", "expected"), [(MAX_HEADER_LINES - 2, None), (MAX_HEADER_LINES, 431)])
def test_a_header_of_too_many_lines_is_too_large(lines: int, expected: int | None):
    parser = parsed(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * lines + b"\r\n")
    assert (parser.completed, status(parser)) == (True, expected)


@pytest.mark.parametrize(("size", "expected"), [(1, 400), (BYTES_FOR_A_CHUNK, None)])
def test_a_body_in_single_bytes_is_refused_before_it_is_whole(size: int, expected: int | None):
    chunk = b"%x\r\n%b\r\n" % (size, b"x" * size)
    parser = parsed(CHUNKED + chunk * (MAX_BODY // 2 // len(chunk)) + b"0\r\n\r\n")
    assert (parser.completed, status(parser)) == (True, expected)


def test_a_request_knows_what_it_holds():
    assert parsed(b"GET / HTTP/1.1\r\n" + b"x" * 100).held_bytes == 116
    assert parsed(CHUNKED + b"ff\r\n" + b"x" * 200).held_bytes == 200
