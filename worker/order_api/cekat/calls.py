"""One call of one account (Cekat API reference, "Authentication"): its URL, its key, and what its answer says."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import httpx

from worker.order_api.accounts import Surroundings
from worker.order_api.client import Answer
from worker.order_api.rate_limits import is_exhausted, pause

ORDERS = "/api/orders"


class BearerAuth(httpx.Auth):
    """Shows the account's *key* with each request."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key; an answer is never argued with."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def masked(self, answer: Answer) -> Answer:
        """Return *answer* without the key: some servers repeat what they have refused, as JSON may write it."""
        body, escaped = answer.body, json.dumps(self._key)[1:-1]
        for written in (self._key, escaped, escaped.replace("/", "\\/")):
            body = body.replace(written.encode(), "…".encode())
        return replace(answer, body=body)


@dataclass(frozen=True, slots=True, repr=False)
class Calls:
    """Sends the calls of one account."""

    base_url: str
    auth: BearerAuth
    surroundings: Surroundings

    def __call__(
        self, method: str, path: str = "", *, query: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Send one call; *path* begins after that of all orders. Raises `Transient` when nothing usable comes back."""
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        parameters = f"?{urlencode(query)}" if query else ""
        url = f"{self.base_url}{ORDERS}{path}{parameters}"
        answer = self.surroundings.client.send(method, url, self.auth, headers, content)
        if is_exhausted(answer.headers):
            self.surroundings.exhausted(pause(answer.headers, self.surroundings.now()))
        return self.auth.masked(answer)
