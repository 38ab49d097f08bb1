"""What a platform answers about one order, and what its client reads from the answer. Nothing is sent."""

import json
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from tests.support.credentials import credentials_at
from tests.support.dialects import DIALECTS, Fields
from tests.support.fake_order_api import FakeOrder
from tests.support.strange_answers import without_missing
from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reading
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account
from worker.order_api.clients import Page, PlatformOrder
from worker.order_api.http.client import Client, HttpResponse

NOW = 1_795_262_400_000_000
BEGAN_AT = NOW - 5
"""When the call began whose answer comes at `NOW`. Both are in microseconds."""
ORDER_ID = "7"
FAMILIES = [
    (400, Rejected),
    (401, Unauthorized),
    (402, Transient),
    (403, Unauthorized),
    (404, OrderMissing),
    (408, Transient),
    (409, Conflict),
    (422, Rejected),
    (429, Throttled),
    (500, Transient),
    (502, Transient),
    (503, Transient),
    (599, Transient),
]
"""HTTP statuses, and the error that each means on every platform."""
ALONE = [(status, family if family in {Unauthorized, Throttled} else Transient) for status, family in FAMILIES]
"""The same for answers without the platform's envelope, which a proxy may have sent."""


def answer(document: object, status: int = 200, **headers: str) -> HttpResponse:
    """Make an answer of a document, or of bytes; an underscore in a header's name stands for a dash."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


class Answers:
    """One platform's answers about the order 7, which is shipped, and what its client reads from them."""

    def __init__(self, platform: str) -> None:
        self.dialect = DIALECTS[platform]
        self.order = self.dialect.order(ORDER_ID, FakeOrder("shipped", notes="ring twice\nplease"))
        context = AccountContext(cast("Client", self), lambda: self._now, ZoneInfo("UTC"), lambda _seen: None)
        self._client = open_account(credentials_at("http://127.0.0.1:1", platform), context).orders_client()
        self._now, self._next_answer = NOW, answer({})

    def show(self, **changes: object) -> HttpResponse:
        """Make an answer that shows the order; *changes* replaces some of its fields."""
        return answer(self.dialect.success(without_missing(self.order | changes)))

    def refuse(
        self, status: int, message: str = "Because.", code: str = "", details: Fields | None = None, **headers: str
    ) -> HttpResponse:
        """Make an answer that refuses the call."""
        return answer(self.dialect.failure(message, status, code, details), status, **headers)

    def order_in(self, response: HttpResponse) -> PlatformOrder:
        """Return the order that *response* shows."""
        self._answer_with(response)
        return self._client.show(ORDER_ID)

    def read(self, response: HttpResponse) -> Reading:
        """Return the reading of the order in *response*."""
        return self.order_in(response).reading

    def page(self, response: HttpResponse, **filters: object) -> Page:
        """Return the page that *response* shows when the client lists orders with *filters*."""
        self._answer_with(response)
        return next(self._client.pages(self._client.filters.model_validate(filters)))

    def failure(self, response: HttpResponse) -> ApiError:
        """Return the error that *response* means."""
        with pytest.raises(ApiError) as failed:
            self.read(response)
        return failed.value

    def send(self, *_request: object) -> HttpResponse:
        """Stand in for `Client.send`: every call takes the same time and has the answer that was set."""
        self._now = NOW
        return self._next_answer

    def _answer_with(self, response: HttpResponse) -> None:
        self._now, self._next_answer = BEGAN_AT, response
