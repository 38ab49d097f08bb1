"""Adds the API key to calls to Cekat (source: its API reference, "Authentication")."""

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
        """Add the key. No response leads to a second request."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def masked(self, response: HttpResponse) -> HttpResponse:
        """Return *response* with the key masked, in every spelling that JSON allows: some servers repeat it."""
        body, escaped = response.body, json.dumps(self._key)[1:-1]
        for spelling in (self._key, escaped, escaped.replace("/", "\\/")):
            body = body.replace(spelling.encode(), "…".encode())
        return replace(response, body=body)
