"""TCP connections for httpcore on which no wait goes past the `deadline` of the call."""

import select
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpcore

from worker.order_api.http.deadlines import seconds_left
from worker.order_api.http.lookup import Lookup
from worker.order_api.http.race import first_connection

PIECE_BYTES = 16_384
"""The size of one `send`. The system would wait for the room of a large one, although a slow server makes some room."""
SocketOptions = Iterable[httpcore.SOCKET_OPTION] | None


class BoundedNetwork(httpcore.NetworkBackend):
    """Opens TCP connections. All addresses of a name have a share of the time."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.NetworkStream:
        def prepare(attempt: socket.socket) -> None:
            for option in socket_options or ():
                attempt.setsockopt(*option)
            attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if local_address is not None:
                attempt.bind((local_address, 0))

        addresses = self._lookup.addresses(host, port, seconds_left(timeout, httpcore.ConnectTimeout))
        left = seconds_left(timeout, httpcore.ConnectTimeout)
        with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
            return _Stream(first_connection(addresses, port, left, prepare))


class _Stream(httpcore.NetworkStream):
    """One connection. Head and body of a request, which httpcore writes one by one, leave together in one packet."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Send what was written, and return what the server has sent."""
        # A server may close early, and say why: then its answer counts.
        with suppress(httpcore.WriteError):
            self._send(timeout)
        self._connection.settimeout(seconds_left(timeout, httpcore.ReadTimeout))
        with _named(httpcore.ReadTimeout, httpcore.ReadError):
            return self._connection.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the name in httpcore
        self._unsent += buffer

    def _send(self, timeout: float | None) -> None:
        rest, self._unsent = memoryview(self._unsent), b""
        while rest:
            self._connection.settimeout(seconds_left(timeout, httpcore.WriteTimeout))
            with _named(httpcore.WriteTimeout, httpcore.WriteError):
                rest = rest[self._connection.send(rest[:PIECE_BYTES]) :]

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._connection.settimeout(seconds_left(timeout, httpcore.ConnectTimeout))
            with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
                return _Stream(ssl_context.wrap_socket(self._connection, server_hostname=server_hostname))
        except Exception:
            self.close()  # the pool does not know the connection yet, so it would stay open
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the type in httpcore
        match info:
            case "ssl_object":
                return self._connection if isinstance(self._connection, ssl.SSLSocket) else None
            case "is_readable":  # a connection that rests must have nothing to read; else the server has closed it
                return self._connection.fileno() < 0 or bool(_readable(self._connection))
        return None


def _readable(connection: socket.socket) -> list[tuple[int, int]]:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return poll.poll(0)


@contextmanager
def _named(timeout: type[httpcore.TimeoutException], error: type[httpcore.NetworkError]) -> Iterator[None]:
    """Raise the errors of sockets as those of httpcore."""
    try:
        yield
    except TimeoutError as failure:
        raise timeout(str(failure)) from failure
    except OSError as failure:
        raise error(str(failure)) from failure
