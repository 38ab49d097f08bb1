"""How awalchat wants to be asked (its API reference, "Authentication"): each call is signed, over its very bytes."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum

import httpx

from worker.domain.instants import SECOND
from worker.domain.signing import SignedRequest, signed_headers, split_target


class SignedPath(StrEnum):
    """Which path is signed: the vendor's sample can be read in both ways, where a base URL has a path."""

    FULL = "full"
    AFTER_BASE_URL = "after_base_url"


@dataclass(frozen=True, slots=True, repr=False)
class Identification:
    """Who calls, and the secret that proves it."""

    domain: str
    client_id: str
    secret: bytes


class AwalchatAuth(httpx.Auth):
    """Signs each request at the moment of sending: what is sent again is signed again.

    *unsigned* is the beginning of the path that the signature leaves out; *now* gives microseconds.
    """

    requires_request_body = True

    def __init__(self, caller: Identification, unsigned: bytes, now: Callable[[], int]) -> None:
        self._caller, self._unsigned, self._now = caller, unsigned, now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers that prove who calls; an answer is never argued with."""
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
