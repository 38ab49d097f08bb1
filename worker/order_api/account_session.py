"""The calls of one account: their URL, the headers and parameters that all of them have, and its rate limit."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx

from worker.domain.accounts.observations import Observation
from worker.domain.errors import Rejected
from worker.domain.instants import Instant
from worker.order_api.http import rate_limits
from worker.order_api.http.client import Client, HttpResponse

HEADERS = {"Accept": "application/json"}
ASK_FOR_FRESH = {"Cache-Control": "no-cache"}
"""A cache on the way asks the platform before it answers (RFC 9111, 5.2.1.4)."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What an account needs besides its credentials. It is the same on every platform."""

    client: Client
    now: Callable[[], Instant]
    timezone: ZoneInfo
    """The time zone of the dates that are written at the platform."""
    observe: Callable[[Observation], None]
    """Called with what each answer says about the account's rate limit."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """The account's own status words, each with a key of `MEANINGS`. They take precedence over the platform's."""


@dataclass(frozen=True, slots=True, repr=False)
class AccountSession:
    """Sends the calls of one account."""

    orders_url: str
    """The URL of the list of orders. The URL of one order is this URL, a slash and the order's id."""
    read_order_id: Callable[[object], str]
    """Returns an order id of the platform as text, or raises ValueError."""
    auth: httpx.Auth
    """Adds the credentials to a call."""
    context: AccountContext
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters in the query of every call."""
    mask: Callable[[HttpResponse], HttpResponse] = lambda response: response
    """Removes secrets from a response."""

    def send(
        self,
        method: str,
        order_id: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> HttpResponse:
        """Send one call and return its response. The call is about the order *order_id*, or about the list if None.

        *query* has further parameters; *body* is sent as JSON. The context observes what the response says about the
        account's rate limit. Raises `Transient` when there is no usable response, and `Rejected`, without a call,
        when *order_id* is not an id of the platform.
        """
        headers = HEADERS | (ASK_FOR_FRESH if method == "GET" else {})
        headers |= {} if body is None else {"Content-Type": "application/json"}
        content = None if body is None else json.dumps(dict(body)).encode()
        response = self.context.client.send(method, self._url(order_id, query or {}), self.auth, headers, content)
        refused = response.status == HTTPStatus.TOO_MANY_REQUESTS
        self.context.observe(rate_limits.observe(response.headers, self.context.now(), refused=refused))
        return self.mask(response)

    def _url(self, order_id: str | None, query: Mapping[str, str]) -> str:
        path = "" if order_id is None else f"/{self._checked(order_id)}"
        parameters = urlencode({**self.query, **query})
        return f"{self.orders_url}{path}{'?' if parameters else ''}{parameters}"

    def _checked(self, order_id: str) -> str:
        """Return *order_id*, or raise `Rejected`: no other text may become part of a URL."""
        try:
            return self.read_order_id(order_id)
        except ValueError as error:
            raise Rejected(f"the given text {error}") from error
