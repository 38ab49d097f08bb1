"""Sends a request to a receiver, as a sender of webhooks does."""

import json
from typing import NamedTuple

import httpx

from webhook_receiver.requests import Request
from worker.application.local import local_url
from worker.domain.errors import IllegalRequest
from worker.domain.reasons import DeliveryOutcome
from worker.settings import Address

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 65_536
"""Bytes of an answer that are read."""


class PostResult(NamedTuple):
    """The receiver's answer: its status, and its body as JSON, or as a text if it is not JSON."""

    status: int
    document: object

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has taken the event in, or quarantined it."""
        return self.status in range(200, 300)

    @property
    def outcome(self) -> str:
        """The outcome of the delivery; empty when the answer does not tell it."""
        status = self.document.get("status") if isinstance(self.document, dict) else None
        return status if isinstance(status, str) and status in set(DeliveryOutcome) else ""

    @property
    def event_id(self) -> int | None:
        """The id of the event, which is that of the first one if it is a duplicate; None when it is not told."""
        event_id = self.document.get("event_id") if isinstance(self.document, dict) else None
        return event_id if self.outcome and isinstance(event_id, int) else None


def address_of(url: str, listen: Address, source: str) -> httpx.URL:
    """Return the URL to send to: *url*, or that of our own receiver, which listens on *listen*.

    A URL without a path gets that of *source*. Raises `IllegalRequest`.
    """
    try:
        address = httpx.URL(url or local_url(listen))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise IllegalRequest("--url is not a URL") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise IllegalRequest("--url must begin with http:// or https://")
    if address.userinfo:
        raise IllegalRequest("--url must have no user and password: a message shows it when nothing answers")
    return address.copy_with(path=f"/webhooks/{source}") if address.path in {"", "/"} else address


def post(address: httpx.URL, request: Request) -> PostResult:
    """Send *request* to the server of *address*, and return its answer. Raises `OSError` when nothing answers.

    The error names the URL without its query, because the query may hold a secret.
    """
    url = address.copy_with(raw_path=request.target)
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream(request.method, url, content=request.body, headers=headers) as response,
        ):
            return PostResult(response.status_code, _document(_read(response)))
    except httpx.HTTPError as error:
        shown = address.copy_with(query=None, fragment=None)
        raise OSError(f"{shown} does not answer: {str(error) or type(error).__name__}") from error


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return bytes(body[:MAX_ANSWER])


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
