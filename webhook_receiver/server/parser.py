"""Reads requests, more strictly than waitress does by itself."""

from waitress.parser import HTTPRequestParser, ParsingError


class RequestParser(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """Reads one request. A request that cannot be read without doubt gets a `ParsingError`, which is answered 400."""

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            # waitress would send "100 Continue" for a body that is not wanted, or that does not exist.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a broken IPv6 address, a length of 5,000 digits
            raise ParsingError("The header cannot be read") from error
        # Where a body ends must be beyond doubt, or a proxy before us sees other requests than we do (RFC 9112, 6.1).
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is ambiguous")
