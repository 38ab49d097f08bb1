"""What a platform answers about one order, and what is read from it; nothing travels."""

import json
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from tests.support.credentials import credentials_at
from tests.support.dialects import DIALECTS, Fields
from tests.support.fake_order_api import PlatformOrder as There
from tests.support.strange_answers import without_missing
from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reading
from worker.order_api.accounts import AccountContext
from worker.order_api.clients import Page, PlatformOrder
from worker.order_api.http.client import Client, HttpResponse

NOW = 1_795_262_400_000_000
BEGAN = NOW - 5
"""When the call began that was answered just now, in microseconds."""
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
"""What an HTTP status means by itself, on every platform."""
ALONE = [(status, family if family in {Unauthorized, Throttled} else Transient) for status, family in FAMILIES]
"""What it means without the platform's envelope, where a proxy may be speaking."""


def answer(document: object, status: int = 200, **headers: str) -> HttpResponse:
    """Make an answer of a document, or of bytes; an underscore in a header's name stands for a dash."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


class Answers:
    """One platform's answers about the order 7, a shipped one, and what its order book reads from them."""

    def __init__(self, platform: str) -> None:
        self.dialect = DIALECTS[platform]
        self.order = self.dialect.shown(ORDER_ID, There("shipped", notes="ring twice\nplease"))
        context = AccountContext(cast("Client", self), lambda: self._now, ZoneInfo("UTC"), lambda _wait: None)
        self._client = credentials_at("http://127.0.0.1:1", platform).orders_client(context)
        self._now, self._reply = NOW, answer({})

    def show(self, **changes: object) -> HttpResponse:
        """HttpResponse with the order, but for *changes* of its fields."""
        return answer(self.dialect.success(without_missing(self.order | changes)))

    def refuse(
        self, status: int, message: str = "Because.", code: str = "", details: Fields | None = None, **headers: str
    ) -> HttpResponse:
        """HttpResponse with a refusal."""
        return answer(self.dialect.failure(message, status, code, details), status, **headers)

    def shown(self, reply: HttpResponse) -> PlatformOrder:
        """Return the order that *reply* shows."""
        self._meet(reply)
        return self._client.show(ORDER_ID)

    def read(self, reply: HttpResponse) -> Reading:
        """Return what is read of the order."""
        return self.shown(reply).reading

    def page(self, reply: HttpResponse, **wanted: object) -> Page:
        """Return the page that *reply* is of the list that is *wanted*."""
        self._meet(reply)
        return next(self._client.pages(self._client.filters.model_validate(wanted)))

    def failure(self, reply: HttpResponse) -> ApiError:
        """Return the error that *reply* is."""
        with pytest.raises(ApiError) as failed:
            self.read(reply)
        return failed.value

    def send(self, *_request: object) -> HttpResponse:
        """Stand in for the client: every call takes the same time and has the same answer."""
        self._now = NOW
        return self._reply

    def _meet(self, reply: HttpResponse) -> None:
        self._now, self._reply = BEGAN, reply
