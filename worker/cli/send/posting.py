"""Sends a signed body to a receiver, as a sender of webhooks does."""

import json
import time
from typing import NamedTuple

import httpx

from webhook_receiver.signatures import METHOD
from worker.cli.local import local_url
from worker.domain.errors import IllegalRequest
from worker.domain.signing import SignedRequest, signed_headers, split_target
from worker.settings import Settings

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 65_536
"""Bytes of an answer that are read."""


class PostResult(NamedTuple):
    """The receiver's answer: its status, and its body as JSON, or as a text if it is not JSON."""

    status: int
    document: object


def post(settings: Settings, source: str, url: str, body: bytes) -> PostResult:
    """Sign *body* with the first secret of *source* and send it to *url*; if that is empty, to our own receiver.

    Raises `OSError` when nothing answers, and `IllegalRequest` for a wrong URL.
    """
    address, prefix = _address(settings, source, url)
    sender = settings.sources[source]
    path, query = split_target(address.raw_path)
    request = SignedRequest(b"POST", prefix + path, query, f"{int(time.time()):010d}".encode(), body)
    secret = sender.secrets[METHOD][0].get_secret_value().encode()
    headers = {"Content-Type": "application/json", **signed_headers(secret, request, sender.signed_parts)}
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream("POST", address, content=body, headers=headers) as response,
        ):
            return PostResult(response.status_code, _document(_read(response)))
    except httpx.HTTPError as error:
        raise OSError(f"{address} does not answer: {str(error) or type(error).__name__}") from error


def _address(settings: Settings, source: str, url: str) -> tuple[httpx.URL, bytes]:
    """Return the URL to post to, and the text to sign before its path.

    Our own receiver puts the source's `public_prefix` before each path, because a proxy has removed it there.
    """
    try:
        address = httpx.URL(url or local_url(settings.listen))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise IllegalRequest("--url is not a URL") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise IllegalRequest("--url must begin with http:// or https://")
    if address.userinfo:
        raise IllegalRequest("--url must have no user and password: a message shows it when nothing answers")
    if address.path in {"", "/"}:
        address = address.copy_with(path=f"/webhooks/{source}")
    return address, b"" if url else settings.sources[source].public_prefix.encode()


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
