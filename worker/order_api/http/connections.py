"""The connections to the order APIs: a call opens one if none is idle, and leaves it to the next call.

httpcore's own pool compares all of its connections, under one lock, before and after each call. Here, a call takes the
connection that became idle last, and looks at no other.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import closing
from ssl import SSLContext
from typing import Protocol, TypeVar, cast

import httpcore

IDLE_SECONDS = 5.0
"""How long a connection stays open without a call."""
DEFAULT_PORTS = {b"http": 80, b"https": 443}

Result = TypeVar("Result")
Connection = httpcore.HTTP11Connection
Server = tuple[bytes, bytes, int]
"""The scheme, the host and the port of a URL."""


class Connections:
    """Sends requests over *network*, without proxies, each on a connection that no other call uses at the time.

    Threads may share it. There are never more connections to a server than calls to it have run at a time.
    """

    def __init__(self, network: httpcore.NetworkBackend, tls: SSLContext) -> None:
        tls.set_alpn_protocols(["http/1.1"])
        self._network, self._tls = network, tls
        # No lock: adding to the end of a deque and taking from either end are atomic.
        self._idle: defaultdict[Server, deque[Connection]] = defaultdict(deque)
        self._sweeps_at_seconds = 0.0

    def send(self, request: httpcore.Request, receive: Callable[[httpcore.Response], Result]) -> Result:
        """Send *request* once, and return what *receive* makes of the response. It may leave the body unread.

        Raises the errors of httpcore.
        """
        server = _server_of(request.url)
        connection = self._take(server) or self._open(request)
        try:
            response = connection.handle_request(request)
            with closing(cast("_Closable", response.stream)):
                return receive(response)
        finally:
            # A call that failed, and a server that wants it, have closed the connection.
            if connection.is_idle():
                self._idle[server].append(connection)
            self._close_expired()

    def close(self) -> None:
        """Close all idle connections."""
        for connections in list(self._idle.values()):
            while connection := _pop(connections.pop):
                connection.close()

    def _take(self, server: Server) -> Connection | None:
        """Return the connection to *server* that became idle last; None if none is open any more."""
        while connection := _pop(self._idle[server].pop):
            if not connection.has_expired():  # nor closed by the server
                return connection
            connection.close()
        return None

    def _open(self, request: httpcore.Request) -> Connection:
        origin, timeout_seconds = request.url.origin, request.extensions["timeout"]["connect"]
        host = origin.host.decode("ascii")
        stream = self._network.connect_tcp(host, origin.port, timeout_seconds)
        if origin.scheme == b"https":
            stream = stream.start_tls(self._tls, host, timeout_seconds)
        return Connection(origin, stream, keepalive_expiry=IDLE_SECONDS)

    def _close_expired(self) -> None:
        """Close the connections that have been idle too long, to any server. Look for them now and then."""
        now = time.monotonic()
        if now < self._sweeps_at_seconds:
            return
        self._sweeps_at_seconds = now + IDLE_SECONDS / 5
        for connections in list(self._idle.values()):
            while oldest := _pop(connections.popleft):
                if not oldest.has_expired():
                    connections.appendleft(oldest)
                    break
                oldest.close()


class _Closable(Protocol):
    def close(self) -> None: ...


def _server_of(url: httpcore.URL) -> Server:
    if url.scheme not in DEFAULT_PORTS:
        raise httpcore.UnsupportedProtocol(f"the scheme {url.scheme!r} is neither http nor https")
    return url.scheme, url.host, url.port or DEFAULT_PORTS[url.scheme]


def _pop(pop: Callable[[], Connection]) -> Connection | None:
    try:
        return pop()
    except IndexError:  # there is none, or another thread was faster
        return None
