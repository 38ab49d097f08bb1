"""One deadline for a whole call. It holds even if the server sends a byte now and then, or DNS does not answer.

A timeout of httpx bounds each wait by itself, and a call can have any number of waits. Here, no wait is longer than the
time that is left for the call.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore

from worker.order_api.http.lookup import Lookup

SocketOptions = Iterable[httpcore.SOCKET_OPTION] | None

PIECE_BYTES = 16_384
"""The size of one write.

httpcore applies the timeout to each `send` of a write, so one large write to a slow server could exceed the deadline.
"""

_ends_at_seconds: ContextVar[float] = ContextVar("ends_at_seconds")
"""The deadline of this thread's call, by the monotonic clock."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Limit the time of all network operations of this thread in the block to *seconds* in total."""
    token = _ends_at_seconds.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at_seconds.reset(token)


def _seconds_left(timeout: float | None, too_late: type[httpcore.TimeoutException]) -> float:
    """Return the longest wait: *timeout* seconds, or less before the deadline. Raises *too_late* after it."""
    left = _ends_at_seconds.get() - time.monotonic()
    if left <= 0:
        raise too_late("the deadline of the call has passed")
    return left if timeout is None else min(timeout, left)


class BoundedNetwork(httpcore.NetworkBackend):
    """Opens TCP connections on which no wait goes past the `deadline` of the call."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError("the name has no address")
        for address in self._lookup.addresses(host, port, _seconds_left(timeout, httpcore.ConnectTimeout)):
            left = _seconds_left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._network.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream)
        raise failure


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE_BYTES):
            self._stream.write(buffer[start : start + PIECE_BYTES], _seconds_left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            left = _seconds_left(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()  # the pool does not know the connection yet, so it would stay open
            raise
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the type in httpcore
        return self._stream.get_extra_info(info)
