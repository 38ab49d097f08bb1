"""Reads requests, more strictly than waitress does by itself, and at a bounded cost."""

from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestHeaderFieldsTooLarge

from webhook_receiver.server.chunks import ChunkedBody

MAX_HEADER_LINES = 100
"""Each line costs time. Senders and the proxies before us write about thirty."""
BYTES_FOR_A_CHUNK = 64
"""A body may have one chunk for so many of the bytes that a body may have on the wire."""


class RequestParser(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """Reads one request. Raises `ParsingError`, which is answered 400, when the request is ambiguous."""

    adj: Adjustments
    body_rcv: Any
    header_plus: bytes
    path = ""
    """It stays empty when the first line cannot be read."""
    is_taken = False
    """Whether a thread is at its answer."""

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            # waitress would send "100 Continue" although the body is not wanted, or there is none.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        if header_plus.count(b"\n") > MAX_HEADER_LINES:
            super().parse_header(b"GET / HTTP/1.0\r\n")
            self.error = RequestHeaderFieldsTooLarge("too many lines")
            return
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a broken IPv6 address, a length of 5,000 digits
            raise ParsingError("The header cannot be read") from error
        # If the end of a body were ambiguous, a proxy before us could see other requests than we do (RFC 9112, 6.1).
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is ambiguous")
        if self.chunked:
            max_chunks = self.adj.max_request_body_size // BYTES_FOR_A_CHUNK
            self.body_rcv = ChunkedBody(self.body_rcv.getbuf(), max_chunks)

    @property
    def held_bytes(self) -> int:
        """How many bytes of the request are in memory."""
        return len(self.header_plus) + (len(self.body_rcv) if self.body_rcv else 0)
