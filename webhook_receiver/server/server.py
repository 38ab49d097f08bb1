"""The HTTP server of `fulfillment receiver`: waitress, made safe for requests from strangers.

The receiver relies on these facts about waitress 3.0.2. They are from its source, and tests check them.

- One thread reads all sockets and hands whole requests to the worker threads, so a silent sender occupies no thread.
- It answers 400 for a bare CR or LF in a header, a first line that is no request, a method in lower case, a
  `Content-Length` that is not digits or came twice, and broken chunks.
- It answers 501 for every transfer coding but chunked.
- It drops headers whose name has `_`, so that a sender cannot evade the rules of a proxy.
- It joins headers that come twice with a comma.
- It decodes chunks before the application sees them.
- It answers pipelined requests in order.
- `REQUEST_URI` is the target as received, also in absolute form. `PATH_INFO` has one leading slash instead of several.
- It treats HTTP/0.9 and unknown versions as 1.0.
"""

import os
import socket
import time

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from webhook_receiver.server.channel import Channel
from webhook_receiver.server.timeouts import Timeouts

THREADS = 8
MAX_HEADER_BYTES = 16_384
MAX_CONNECTIONS = 900
"""A process may usually open 1,024 files, and the database and the broker need some."""
ANSWER_BUFFER_BYTES = 65_536
"""How many bytes of an answer are gathered before they are sent."""
POLL_SECONDS = 1.0
"""How often the timeouts and the parent process are checked."""


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves *app* on *sock* until `stop`; then answers the requests that were received, and closes.

    *max_body* (bytes) is the largest body that any source may send; the application applies the limit of each source.
    On the wire, a body may be twice as large, because chunks have headers of their own. The server stops by itself when
    the process with the id *parent* has ended.
    """

    channel_class = Channel

    def __init__(
        self, app: object, sock: socket.socket, *, max_body: int, timeouts: Timeouts, parent: int | None = None
    ) -> None:
        self._timeouts, self._parent = timeouts, parent
        self._is_stopping = False
        address = (sock.family, sock.type, sock.proto, sock.getsockname())
        adjustments = _adjustments(sock, max_body)
        super().__init__(app, _sock=sock, adj=adjustments, sockinfo=address, bind_socket=False)

    def maintenance(self, now: float) -> None:
        for channel in self.active_channels.values():
            channel.check_timeouts(now, self._timeouts)
        if self._parent not in {None, os.getppid()}:
            self.stop()

    def run(self) -> None:
        while not self._is_stopping:
            self._run_once()
        self._drain()

    def stop(self, *_signal: object) -> None:
        """Make `run` return soon. Signal handlers and any thread may call it."""
        if not self._is_stopping:
            self._is_stopping = True
            self.pull_trigger()

    def _run_once(self) -> None:
        wasyncore.loop(timeout=POLL_SECONDS, use_poll=True, map=self._map, count=1)

    def _drain(self) -> None:
        wasyncore.dispatcher.close(self)
        deadline = time.monotonic() + self._timeouts.shutdown_seconds
        while any(c.is_busy for c in list(self.active_channels.values())) and time.monotonic() < deadline:
            self._run_once()
        self.task_dispatcher.shutdown(timeout=max(0.1, deadline - time.monotonic()))
        wasyncore.close_all(self._map)


def _adjustments(sock: socket.socket, max_body: int) -> Adjustments:
    adjustments = Adjustments(
        sockets=[sock],
        threads=THREADS,
        ident="fulfillment",
        connection_limit=MAX_CONNECTIONS,
        asyncore_use_poll=True,
        cleanup_interval=1,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=2 * max_body + 4096,
        expose_tracebacks=False,
        log_socket_errors=False,
        # The application must see whether a proxy forwards a request, because then the client is not local.
        clear_untrusted_proxy_headers=False,
    )
    # An answer is sent in one piece, and wakes its reader once. waitress warns when this is given as an argument.
    adjustments.send_bytes = ANSWER_BUFFER_BYTES
    return adjustments
