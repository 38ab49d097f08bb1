"""The transport of the HTTP client. It replaces the one of httpx, which does not accept a network backend."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from ssl import SSLContext
from typing import Protocol, cast

import httpcore
import httpx

IDLE_CONNECTIONS = 20
IDLE_SECONDS = 5.0
DROPPED_HEADERS = frozenset({b"set-cookie", b"location"})
"""Headers that httpx acts on: it keeps cookies, and parses the target of a redirect.

One client serves all accounts, so a cookie of one account must not go to another. Redirects are never followed.
"""


class Transport(httpx.BaseTransport):
    """Sends requests over *network*, without proxies. Raises the errors of httpcore."""

    def __init__(self, network: httpcore.NetworkBackend, tls: SSLContext) -> None:
        # The callers are a few threads with one call each, so no limit is needed, and none waits for a connection.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=network,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        core_request = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        response = self._pool.handle_request(core_request)
        return httpx.Response(
            status_code=response.status,
            headers=[(name, value) for name, value in response.headers if name.lower() not in DROPPED_HEADERS],
            stream=_Body(cast("_Closable", response.stream)),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Closable(Iterable[bytes], Protocol):
    def close(self) -> None: ...


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: _Closable) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with closing(self._stream):
            yield from self._stream

    def close(self) -> None:
        self._stream.close()
