"""The HTTP client that all accounts of a process share. It turns every failure of the network into `Transient`."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import TracebackType
from typing import Self

import httpcore
import httpx

from worker.domain.errors import Transient
from worker.domain.text import clean_text
from worker.order_api.http.connections import Connections
from worker.order_api.http.deadlines import deadline
from worker.order_api.http.encodings import TooMuch, Undecodable, decoded
from worker.order_api.http.failures import words_of
from worker.order_api.http.lookup import Lookup
from worker.order_api.http.network import BoundedNetwork

MAX_BODY_BYTES = 1_048_576
MAX_MESSAGE = 300
"""Characters of an error message."""
HEADERS = {"User-Agent": "fulfillment-worker", "Accept-Encoding": "identity"}
"""The headers of every request. Some servers compress all the same."""
KNOWN_URLS = 256
"""How many URLs are parsed once for several calls: a reconciliation reads and writes one order."""
_TOO_LARGE = "the answer is larger than 1 MiB"
NETWORK_FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


class AnswerTooLarge(Transient):
    """The answer of a call that succeeded has more than 1 MiB, as it came or when it is decompressed."""


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
    """A complete response. The names of its headers are in lower case."""

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
        waits = {"connect": self.timeouts.connect, "read": self.timeouts.read, "write": self.timeouts.read}
        self._extensions = {"timeout": {name: longest.total_seconds() for name, longest in waits.items()}}
        self._connections = Connections(
            BoundedNetwork(lookup or Lookup()), tls or httpx.create_ssl_context(trust_env=False)
        )

    def send(
        self, method: str, url: str, auth: httpx.Auth, headers: Mapping[str, str], content: bytes | None = None
    ) -> HttpResponse:
        """Send one request, with the credentials that *auth* adds, and return the response.

        Its body is decompressed. Raises `Transient`, and nothing else, when there is no response in time, for a
        redirect, and for a success whose body cannot be decompressed; `AnswerTooLarge`, which is one, for a success of
        more than 1 MiB. Of a refusal with such a body, the status and the headers count.
        """
        with deadline(self.timeouts.overall.total_seconds()):
            try:
                request = httpx.Request(method, _parsed(url), headers={**HEADERS, **headers}, content=content)
                return self._connections.send(self._signed(request, auth), _receive)
            except NETWORK_FAILURES as error:
                raise Transient(clean_text(words_of(error), MAX_MESSAGE)) from error

    def _signed(self, request: httpx.Request, auth: httpx.Auth) -> httpcore.Request:
        """Return *request* with its credentials, as httpcore sends it.

        httpx's own client would send it, too, but looks for cookies, redirects and proxies before and after each call.
        """
        signed = next(auth.sync_auth_flow(request))
        url = signed.url
        return httpcore.Request(
            method=signed.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=signed.headers.raw,
            content=signed.content,
            extensions=self._extensions,
        )

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@lru_cache(maxsize=KNOWN_URLS)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def _receive(response: httpcore.Response) -> HttpResponse:
    # Not `Rejected`: a wrong base URL is a problem of the account, and must not stop an order.
    if httpx.codes.is_redirect(response.status):
        raise Transient("a redirect, which is never followed: check base_url", response.status)
    headers = _read_headers(response.headers)
    try:
        body = _body_of(response, headers.get("content-encoding", ""))
    except Transient:
        if httpx.codes.is_success(response.status):
            raise
        body = b""
    return HttpResponse(response.status, headers, body)


def _read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return the headers by their names in lower case; a repeated name has a list of values (RFC 9110, 5.2)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.lower().decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body_of(response: httpcore.Response, encoding: str) -> bytes:
    body = bytearray()
    for part in response.iter_stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise AnswerTooLarge(_TOO_LARGE, response.status)
    try:
        return decoded(bytes(body), encoding, MAX_BODY_BYTES)
    except TooMuch as error:
        raise AnswerTooLarge(_TOO_LARGE, response.status) from error
    except Undecodable as error:
        raise Transient(f"the answer cannot be decompressed: {error}", response.status) from error
