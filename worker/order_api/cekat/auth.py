"""How Cekat wants to be asked (its API reference, "Authentication"): each call shows the account's key."""

import json
from collections.abc import Generator
from dataclasses import replace

import httpx

from worker.order_api.http.client import HttpResponse


class BearerAuth(httpx.Auth):
    """Shows the account's *key* with each request."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key; an answer is never argued with."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def masked(self, answer: HttpResponse) -> HttpResponse:
        """Return *answer* without the key: some servers repeat what they have refused, as JSON may write it."""
        body, escaped = answer.body, json.dumps(self._key)[1:-1]
        for written in (self._key, escaped, escaped.replace("/", "\\/")):
            body = body.replace(written.encode(), "…".encode())
        return replace(answer, body=body)
