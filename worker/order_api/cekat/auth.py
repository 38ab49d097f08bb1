"""How Cekat authenticates a call (its API reference, "Authentication"): each one has the account's key."""

import json
from collections.abc import Generator
from dataclasses import replace

import httpx

from worker.order_api.http.client import HttpResponse


class BearerAuth(httpx.Auth):
    """Sends the account's *key* with each request."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key. No answer leads to a second request."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def masked(self, response: HttpResponse) -> HttpResponse:
        """Return the answer without the key, in every way in which JSON may write it: some servers repeat it."""
        body, escaped = response.body, json.dumps(self._key)[1:-1]
        for spelling in (self._key, escaped, escaped.replace("/", "\\/")):
            body = body.replace(spelling.encode(), "…".encode())
        return replace(response, body=body)
