"""The calls of one account: where they go, what each of them carries, and what an answer says about the next one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from worker.domain.errors import Rejected
from worker.order_api.accounts import AccountContext
from worker.order_api.http.client import HttpResponse
from worker.order_api.http.rate_limits import is_exhausted, pause


@dataclass(frozen=True, slots=True, repr=False)
class AccountSession:
    """Sends the calls of one account.

    *orders_url* is where all its orders are, and *read_order_id* tells what may follow there, or raises ValueError.
    *auth* proves who calls. *constant* goes into every query, and *mask* takes out of an answer what it may not repeat.
    """

    orders_url: str
    read_order_id: Callable[[object], str]
    auth: httpx.Auth
    context: AccountContext
    constant: Mapping[str, str] = field(default_factory=dict)
    mask: Callable[[HttpResponse], HttpResponse] = lambda answer: answer

    def __call__(
        self,
        method: str,
        order_id: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> HttpResponse:
        """Send one call about one order, or about all of them; *body* travels as JSON.

        Raises `Transient` when nothing usable comes back, and `Rejected`, unsent, for what is no order id.
        """
        headers = {"Accept": "application/json"} | ({} if body is None else {"Content-Type": "application/json"})
        content = None if body is None else json.dumps(dict(body)).encode()
        answer = self.context.client.send(method, self._url(order_id, query or {}), self.auth, headers, content)
        if is_exhausted(answer.headers):
            self.context.exhausted(pause(answer.headers, self.context.now()))
        return self.mask(answer)

    def _url(self, order_id: str | None, query: Mapping[str, str]) -> str:
        path = "" if order_id is None else f"/{self._checked(order_id)}"
        parameters = urlencode({**self.constant, **query})
        return f"{self.orders_url}{path}{'?' if parameters else ''}{parameters}"

    def _checked(self, order_id: str) -> str:
        """No text that is not an order id ever comes into a URL."""
        try:
            return self.read_order_id(order_id)
        except ValueError as error:
            raise Rejected(f"the text in its place {error}") from error
