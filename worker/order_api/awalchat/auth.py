"""Signs calls to awalchat (source: its API reference, "Authentication")."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import httpx

from worker.domain.instants import SECOND, Instant
from worker.domain.signing import SignedRequest, signed_headers, split_target


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """The names of the caller, and the secret of its signatures."""

    domain: str
    client_id: str
    secret: bytes


class AwalchatAuth(httpx.Auth):
    """Signs each request just before it is sent, with the time of *now*.

    *unsigned_prefix* is the beginning of the path that is not signed; it may be empty.
    """

    requires_request_body = True

    def __init__(self, caller: Caller, unsigned_prefix: bytes, now: Callable[[], Instant]) -> None:
        self._caller, self._unsigned_prefix, self._now = caller, unsigned_prefix, now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers of the signature. No response leads to a second request."""
        path, query = split_target(request.url.raw_path)
        signed = SignedRequest(
            method=request.method.encode(),
            path=path.removeprefix(self._unsigned_prefix),
            query_string=query,
            timestamp=f"{self._now() // SECOND:010d}".encode(),
            body=request.content,
        )
        request.headers.update(signed_headers(self._caller.secret, signed))
        request.headers["X-Domain"] = self._caller.domain
        request.headers["X-Client-ID"] = self._caller.client_id
        yield request
