"""The HTTP client that all accounts of a process share. Every failure of the network becomes an error of ours here."""

import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpcore
import httpx

from worker.domain.errors import Transient
from worker.domain.text import clean_text
from worker.order_api.http.deadlines import BoundedNetwork, deadline
from worker.order_api.http.lookup import Lookup
from worker.order_api.http.transport import Transport

MAX_BODY_BYTES = 1_048_576
MAX_MESSAGE = 300
"""Characters."""
NETWORK_FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a call may take."""

    connect: timedelta = timedelta(seconds=5)
    """To connect."""
    read: timedelta = timedelta(seconds=8)
    """Without receiving anything."""
    overall: timedelta = timedelta(seconds=10)
    """From its beginning to its end."""

    def within(self, overall: timedelta) -> "Timeouts":
        """Return the same timeouts for a call that may take no longer than *overall*."""
        return Timeouts(min(self.connect, overall), min(self.read, overall), overall)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer that came in whole. The names of *headers* are matched in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Sends one request at a time for each thread: no proxies, no redirects, no cookies, no retries.

    *tls* says whom to trust, by default the certificate authorities that come with httpx.
    """

    def __init__(
        self, timeouts: Timeouts | None = None, tls: ssl.SSLContext | None = None, lookup: Lookup | None = None
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self._http = httpx.Client(
            transport=Transport(BoundedNetwork(lookup or Lookup()), tls or httpx.create_ssl_context(trust_env=False)),
            timeout=httpx.Timeout(
                self.timeouts.read.total_seconds(), connect=self.timeouts.connect.total_seconds(), pool=None
            ),
            # A small compressed answer could be huge when it is decompressed.
            headers={"User-Agent": "fulfillment-worker", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    def send(
        self, method: str, url: str, auth: httpx.Auth, headers: Mapping[str, str], content: bytes | None = None
    ) -> HttpResponse:
        """Send one request, signed by *auth*, and return its answer, which is no redirect.

        Raises `Transient`, and nothing else, when there is no such answer of at most 1 MiB in time.
        """
        with deadline(self.timeouts.overall.total_seconds()):
            try:
                request = self._http.build_request(method, url, headers=headers, content=content)
                with closing(self._http.send(request, auth=auth, stream=True)) as response:
                    return _receive(response)
            except NETWORK_FAILURES as error:
                raise Transient(clean_text(f"{type(error).__name__}: {error}", MAX_MESSAGE)) from error

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _receive(response: httpx.Response) -> HttpResponse:
    # It is not `Rejected`: a wrong base URL is the account's trouble, and no order is stopped because of it.
    if httpx.codes.is_redirect(response.status_code):
        raise Transient("a redirect, which is never followed: check base_url", response.status_code)
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise Transient("the answer is larger than 1 MiB", response.status_code)
    return HttpResponse(response.status_code, response.headers, bytes(body))
