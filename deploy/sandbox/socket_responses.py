"""Responses that need the socket: a connection reset without a response, and a response sent byte by byte.

Both use waitress's channel directly, because WSGI requires a response and buffers it.
"""

import socket
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, cast

from flask import Response
from waitress.channel import ClientDisconnected

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# SO_LINGER on with zero seconds: closing the socket sends RST and drops unsent data.
_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)


class _Channel(Protocol):
    """The part of waitress's HTTPChannel that this module uses."""

    socket: socket.socket

    def write_soon(self, data: bytes) -> int: ...


class ConnectionReset(Response):
    """No response: the client's connection is reset."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:  # noqa: ARG002
        """Make waitress close the connection without writing anything."""
        _channel(environ).socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        raise ClientDisconnected


class SlowResponse(Response):
    """A response that is sent byte by byte, with a pause before each byte."""

    def __init__(self, response: Response, pause: Callable[[], None], *, drip_headers: bool) -> None:
        """Send the content of *response*. *pause* blocks for the time between two bytes.

        With *drip_headers*, the headers too are sent byte by byte, else at once.
        """
        super().__init__(response.get_data(), status=response.status, headers=response.headers)
        self._pause, self._drip_headers = pause, drip_headers

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:  # noqa: ARG002
        """Write the response to waitress's channel, then close the connection."""
        channel = _channel(environ)
        lines = [f"{name}: {value}" for name, value in self.get_wsgi_headers(environ)]
        head = "\r\n".join([f"HTTP/1.1 {self.status}", *lines, "Connection: close", "\r\n"]).encode("latin-1")
        slow_part = head + self.get_data() if self._drip_headers else self.get_data()
        if not self._drip_headers:
            channel.write_soon(head)
        for byte in slow_part:
            self._pause()
            channel.write_soon(bytes([byte]))
        # Without this exception, waitress would write its own headers next.
        raise ClientDisconnected


def _channel(environ: "WSGIEnvironment") -> _Channel:
    # WSGI gives no access to the channel. Waitress puts a bound method of it into the environ.
    return cast("_Channel", environ["waitress.client_disconnected"].__self__)
