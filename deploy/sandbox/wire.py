"""Answers that only a socket can give: a connection cut without a word, and bytes that come one at a time.

They reach past WSGI for waitress's channel, because WSGI knows no way not to answer.
"""

import socket
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, cast

from flask import Response
from waitress.channel import ClientDisconnected

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# SO_LINGER on, for zero seconds: closing the socket sends RST and drops what was not sent.
_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)


class _Channel(Protocol):
    """What we need of waitress's HTTPChannel."""

    socket: socket.socket

    def write_soon(self, data: bytes) -> int: ...


class Severed(Response):
    """No answer: the client sees its connection reset."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:  # noqa: ARG002
        """Have waitress close the connection with nothing written."""
        _channel(environ).socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        raise ClientDisconnected


class Dripping(Response):
    """The answer *whole* byte by byte, with a pause before each; its head at once unless *drip_head*."""

    def __init__(self, whole: Response, pause: Callable[[], None], *, drip_head: bool) -> None:
        """Wrap *whole*; *pause* blocks for as long as one byte is to be held back."""
        super().__init__(whole.get_data(), status=whole.status, headers=whole.headers)
        self._pause, self._drip_head = pause, drip_head

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:  # noqa: ARG002
        """Write the answer past WSGI and close the connection after it."""
        channel = _channel(environ)
        lines = [f"{name}: {value}" for name, value in self.get_wsgi_headers(environ)]
        head = "\r\n".join([f"HTTP/1.1 {self.status}", *lines, "Connection: close", "\r\n"]).encode("latin-1")
        slowly = head + self.get_data() if self._drip_head else self.get_data()
        if not self._drip_head:
            channel.write_soon(head)
        for byte in slowly:
            self._pause()
            channel.write_soon(bytes([byte]))
        # Waitress would go on to write its own head; this is its word for a connection that is over.
        raise ClientDisconnected


def _channel(environ: "WSGIEnvironment") -> _Channel:
    # The bound method that waitress puts there for applications is the one thread to the channel that WSGI leaves.
    return cast("_Channel", environ["waitress.client_disconnected"].__self__)
