"""Reads requests, more strictly than waitress does by itself."""

from waitress.parser import HTTPRequestParser, ParsingError


class RequestParser(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """Reads one request. Raises `ParsingError`, which is answered 400, when the request is ambiguous."""

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            # waitress would send "100 Continue" although the body is not wanted, or there is none.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a broken IPv6 address, a length of 5,000 digits
            raise ParsingError("The header cannot be read") from error
        # If the end of a body were ambiguous, a proxy before us could see other requests than we do (RFC 9112, 6.1).
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is ambiguous")
