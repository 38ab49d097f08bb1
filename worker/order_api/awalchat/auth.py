"""How awalchat authenticates a call (its API reference, "Authentication"): each one is signed, over its very bytes."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import httpx

from worker.domain.instants import SECOND, Instant
from worker.domain.signing import SignedRequest, signed_headers, split_target


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """Who calls, and the secret that proves it."""

    domain: str
    client_id: str
    secret: bytes


class AwalchatAuth(httpx.Auth):
    """Signs each request at the moment of sending, so that a request that is sent again is signed again.

    *unsigned* is the beginning of the path that the signature leaves out.
    """

    requires_request_body = True

    def __init__(self, caller: Caller, unsigned: bytes, now: Callable[[], Instant]) -> None:
        self._caller, self._unsigned, self._now = caller, unsigned, now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers that prove who calls. No answer leads to a second request."""
        path, query = split_target(request.url.raw_path)
        signed = SignedRequest(
            method=request.method.encode(),
            path=path.removeprefix(self._unsigned),
            query_string=query,
            timestamp=f"{self._now() // SECOND:010d}".encode(),
            body=request.content,
        )
        request.headers.update(signed_headers(self._caller.secret, signed))
        request.headers["X-Domain"] = self._caller.domain
        request.headers["X-Client-ID"] = self._caller.client_id
        yield request
