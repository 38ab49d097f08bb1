"""The calls of one account: their URL, what each of them carries, and what an answer says about the next one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from worker.domain.errors import Rejected
from worker.order_api.accounts import AccountContext
from worker.order_api.http import rate_limits
from worker.order_api.http.client import HttpResponse


@dataclass(frozen=True, slots=True, repr=False)
class AccountSession:
    """Sends the calls of one account."""

    orders_url: str
    """The URL of all its orders; an order's URL is this one, a slash and its id."""
    read_order_id: Callable[[object], str]
    """Returns an order id of the platform as text, or raises ValueError."""
    auth: httpx.Auth
    """Proves to the platform who calls."""
    context: AccountContext
    query: Mapping[str, str] = field(default_factory=dict)
    """Goes into the query of every call."""
    mask: Callable[[HttpResponse], HttpResponse] = lambda response: response
    """Takes secrets out of an answer."""

    def send(
        self,
        method: str,
        order_id: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> HttpResponse:
        """Send one call about one order, or about all of them, and return its answer; *body* is sent as JSON.

        Raises `Transient` when there is no usable answer, and `Rejected`, without a call, when *order_id* is not an id.
        """
        headers = {"Accept": "application/json"} | ({} if body is None else {"Content-Type": "application/json"})
        content = None if body is None else json.dumps(dict(body)).encode()
        response = self.context.client.send(method, self._url(order_id, query or {}), self.auth, headers, content)
        if rate_limits.is_exhausted(response.headers):
            self.context.pause(rate_limits.pause(response.headers, self.context.now()))
        return self.mask(response)

    def _url(self, order_id: str | None, query: Mapping[str, str]) -> str:
        path = "" if order_id is None else f"/{self._checked(order_id)}"
        parameters = urlencode({**self.query, **query})
        return f"{self.orders_url}{path}{'?' if parameters else ''}{parameters}"

    def _checked(self, order_id: str) -> str:
        """Return *order_id*, so that no other text ever comes into a URL; raises `Rejected`."""
        try:
            return self.read_order_id(order_id)
        except ValueError as error:
            raise Rejected(f"the given text {error}") from error
