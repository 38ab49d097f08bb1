"""The HTTP server of `fulfillment receiver`: waitress, with the manners of a public door.

What we rely on, read in the source of waitress 3.0.2 and held by tests. One thread reads all sockets and hands whole
requests to the threads, so a silent sender occupies none. Refused with 400 are bare CR or LF in a header, a first line
that is no request, methods in lower case, a `Content-Length` that is not digits (or came twice), and broken chunks; any
coding but chunked is 501. Header names with `_` are dropped, so that nobody slips past a proxy's rules. Headers that
come twice are joined with a comma. Chunks are decoded before the application sees them. Pipelined requests are
answered in order. `REQUEST_URI` is the target as received, in absolute form, too; of `PATH_INFO`, leading slashes are
folded. HTTP/0.9 and unknown versions are answered as 1.0.
"""

import json
import os
import socket
import time
from typing import Any, NamedTuple

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask
from waitress.utilities import Error

from webhook_receiver.problems import CONTENT_TYPE, problem

MAX_HEADERS = 16_384
MAX_CONNECTIONS = 900
"""Files are usually limited to 1,024 a process; the database and the broker need some."""
MAX_ANSWER = 65_536
"""Bytes of an answer that are gathered before they are sent."""
LINGER = 2.0
"""Seconds for which a closing connection is still read, so that the last answer is not lost in a reset."""


class Timeouts(NamedTuple):
    """For how many seconds a silent sender, a whole request, an idle connection and a shutdown may last."""

    silence: float = 10.0
    request: float = 60.0
    idle: float = 75.0
    stop: float = 5.0


class _TimedOut(Error):  # type: ignore[misc] # waitress has no types
    code, reason = 408, "Request Timeout"


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            # It would be asked to go on with a body that is not wanted, or that does not exist.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a broken IPv6 address, a length of 5,000 digits
            raise ParsingError("The header cannot be read") from error
        # Where a body ends must be beyond doubt, or a proxy before us sees other requests than we do (RFC 9112, 6.1).
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is ambiguous")


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error = self.request.error
        body = json.dumps(problem(error.code)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", CONTENT_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection. It is *begun* when it opens, after each answer, and with the first byte of a request."""

    parser_class = _Parser
    error_task_class = _ProblemTask
    request: Any
    close_when_flushed: bool

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self.begun_at: float = self.creation_time
        self.lingers_until = 0.0
        self.answered = False

    def received(self, data: bytes) -> bool:
        if self.lingers_until:
            return False
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self.begun_at = time.time()
        return taken

    def service(self) -> None:
        super().service()
        self.answered, self.begun_at = True, time.time()

    def readable(self) -> bool:
        return bool(self.lingers_until or super().readable())

    def handle_write(self) -> None:
        """After the last answer send nothing more, but read on for a moment.

        To close while the sender is still sending would reset the connection, and our answer with it.
        """
        if self.will_close or not self.close_when_flushed:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len:
            self.close_when_flushed = False
            self.lingers_until = time.time() + LINGER
            self.socket.shutdown(socket.SHUT_WR)

    @property
    def is_busy(self) -> bool:
        return bool(self.requests or self.total_outbufs_len)

    def check(self, now: float, timeout: Timeouts) -> None:
        """End what has lasted too long; a sender of whom a request is awaited is told so."""
        if self.lingers_until:
            self.will_close = now > self.lingers_until
        elif self.requests:
            return
        elif self.answered and self.request is None:
            self.will_close = now - self.begun_at > timeout.idle
        elif now - self.last_activity > timeout.silence or now - self.begun_at > timeout.request:
            self._time_out()

    def _time_out(self) -> None:
        request = self.request or self.parser_class(self.adj)
        request.error = _TimedOut("")
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
        self.server.add_task(self)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Serves *app* on *sock* until `stop`; then finishes what was received, and closes.

    *max_body* is the largest body that any source may send; the application holds each source to its own. The wire
    may carry twice as much, because chunks have a cost of their own. It stops by itself when the process *parent* is
    gone: nobody would replace it, or stop it.
    """

    channel_class = _Channel

    def __init__(
        self, app: object, sock: socket.socket, *, max_body: int, timeout: Timeouts, parent: int | None = None
    ) -> None:
        self._timeout, self._parent = timeout, parent
        self._stopping = False
        settings = Adjustments(
            sockets=[sock],
            threads=8,
            ident="fulfillment",
            connection_limit=MAX_CONNECTIONS,
            asyncore_use_poll=True,
            cleanup_interval=1,
            max_request_header_size=MAX_HEADERS,
            max_request_body_size=2 * max_body + 4096,
            expose_tracebacks=False,
            log_socket_errors=False,
            # The application must see that a proxy spoke: it then treats nobody as local.
            clear_untrusted_proxy_headers=False,
        )
        # An answer leaves in one piece, and wakes its sender once. (As an argument, this comes with a warning.)
        settings.send_bytes = MAX_ANSWER
        address = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(app, _sock=sock, adj=settings, sockinfo=address, bind_socket=False)

    def maintenance(self, now: float) -> None:
        for channel in self.active_channels.values():
            channel.check(now, self._timeout)
        if self._parent not in {None, os.getppid()}:
            self.stop()

    def run(self) -> None:
        while not self._stopping:
            self._run_once()
        self._drain()

    def stop(self, *_signal: object) -> None:
        """Make `run` return soon; fit for a signal, and for any thread."""
        if not self._stopping:
            self._stopping = True
            self.pull_trigger()

    def _run_once(self) -> None:
        wasyncore.loop(timeout=1.0, use_poll=True, map=self._map, count=1)

    def _drain(self) -> None:
        wasyncore.dispatcher.close(self)
        deadline = time.monotonic() + self._timeout.stop
        while any(c.is_busy for c in list(self.active_channels.values())) and time.monotonic() < deadline:
            self._run_once()
        self.task_dispatcher.shutdown(timeout=max(0.1, deadline - time.monotonic()))
        wasyncore.close_all(self._map)
