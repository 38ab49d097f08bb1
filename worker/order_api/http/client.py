"""The HTTP client that all accounts of a process share. It turns every failure of the network into `Transient`."""

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
"""Characters of an error message."""
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
    """The longest times of one call."""

    connect: timedelta = timedelta(seconds=5)
    """To open a connection."""
    read: timedelta = timedelta(seconds=8)
    """Without a byte from the server."""
    overall: timedelta = timedelta(seconds=10)
    """The whole call."""

    def within(self, overall: timedelta) -> "Timeouts":
        """Return these timeouts, each at most *overall*, for a call that may take *overall*."""
        return Timeouts(min(self.connect, overall), min(self.read, overall), overall)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response. Header names match in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """An HTTP client without proxies, redirects, cookies and retries. Threads may share it.

    *tls* has the trusted certificate authorities, by default those that come with httpx. *lookup* resolves host names.
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
        """Send one request, with the credentials that *auth* adds, and return the response.

        Raises `Transient`, and nothing else, when there is no response in time, and for a redirect or more than 1 MiB.
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
    # Not `Rejected`: a wrong base URL is a problem of the account, and must not stop an order.
    if httpx.codes.is_redirect(response.status_code):
        raise Transient("a redirect, which is never followed: check base_url", response.status_code)
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise Transient("the answer is larger than 1 MiB", response.status_code)
    return HttpResponse(response.status_code, response.headers, bytes(body))
