"""The HTTP server of `fulfillment receiver`: waitress, made safe for requests from strangers.

The receiver relies on these facts about waitress 3.0.2. They are from its source, and tests check them.

- One thread reads all sockets and hands on whole requests, so a silent sender occupies no other thread.
- It answers 400 for a bare CR or LF in a header, a first line that is no request, a method in lower case, and a
  `Content-Length` that is not digits or came twice.
- It answers 501 for every transfer coding but chunked.
- It drops headers whose name has `_`, so that a sender cannot evade the rules of a proxy.
- It joins headers that come twice with a comma.
- `REQUEST_URI` is the target as received, also in absolute form. `PATH_INFO` has one leading slash instead of several.
- It treats HTTP/0.9 and unknown versions as 1.0.
"""

import logging
import math
import os
import socket
import time
from contextlib import suppress
from typing import Any

import structlog
from waitress import wasyncore
from waitress.server import TcpWSGIServer

from webhook_receiver.server.adjustments import adjustments_for
from webhook_receiver.server.channel import Channel
from webhook_receiver.server.connections import Connections
from webhook_receiver.server.dispatch import Dispatch, guarded
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.reading import PAUSE_SECONDS
from webhook_receiver.server.timeouts import Timeouts

LEVELS = {"waitress": logging.WARNING, "waitress.queue": logging.ERROR}
"""The levels of waitress's loggers, by name. They leave out the lines that anybody can cause, any number of times.

One names the path of each request whose sender is gone, and one warns of each request that waits for a thread. No
answer may wait for them.
"""
POLL_SECONDS = 0.5
"""How often the timeouts and the parent process are checked."""
ACCEPTED_AT_ONCE = 64
"""Or an eighth of all: then what a newcomer has sent is read before others take its place."""

log = structlog.get_logger()


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves *app* on *sock* until `stop`; then answers the requests that were received, and closes.

    *max_body* (bytes) is the largest body that any source may send; the application applies the limit of each source.
    On the wire, a body may be twice as large, because chunks have headers of their own. The server stops by itself when
    the process with the id *parent* has ended.
    """

    channel_class = Channel
    grouped: tuple[str, ...] = ("/webhooks/",)
    """Requests whose path begins with one of these are deliveries. One thread answers them, in groups."""

    def __init__(
        self,
        app: object,
        sock: socket.socket,
        *,
        max_body: int,
        timeouts: Timeouts,
        limits: Limits = Limits(),  # noqa: B008 - a value
        parent: int | None = None,
    ) -> None:
        self.timeouts, self._limits, self._parent = timeouts, limits, parent
        self.is_stopping = False
        self._next_check = self._pauses_until = self._accepts_again_at = 0.0
        self._is_woken = False
        _quieten()
        address = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(app, _sock=sock, adj=adjustments_for(sock, max_body), sockinfo=address, bind_socket=False)
        self.connections = Connections(limits, self.active_channels)
        self._dispatch = Dispatch(self.task_dispatcher, self.grouped, self._wake)

    # ------------------------------------------------------------------------------------------------- connections

    def readable(self) -> bool:
        return bool(self.accepting and time.monotonic() >= self._accepts_again_at)

    def handle_accept(self) -> None:
        """Accept the connections that wait. When there are too many, some are closed: a newcomer is never left out."""
        for _ in range(min(ACCEPTED_AT_ONCE, self._limits.connections // 8)):
            if not self.connections.have_room():
                self._pause()
                return
            try:
                accepted = self.accept()
                if accepted is None:
                    return
                self.set_socket_options(accepted[0])
            except OSError:  # the sender is gone already, or this process has opened too many files
                if not self.connections.make_room():
                    self._pause()
                return
            channel = self.channel_class(self, *accepted, self.adj, map=self._map)
            self.connections.admit(channel, accepted[1][0])

    def leave(self, channel: Channel) -> None:
        """Note that *channel* is closed. Nobody waits for its answer any more."""
        self.connections.leave(channel)
        self._dispatch.answering.forget(channel)

    def _pause(self) -> None:
        """Accept no connection for a moment, because all have requests without an answer."""
        self._accepts_again_at = time.monotonic() + PAUSE_SECONDS
        self.wake_soon()

    # --------------------------------------------------------------------------------------------------- answering

    def late_at(self, request: Any) -> float:  # noqa: ANN401 - waitress has no types
        """Return when (seconds) *request*, which is whole, must have its answer: only a delivery has such a time."""
        return time.monotonic() + self.timeouts.answer_seconds if self._dispatch.is_delivery(request) else math.inf

    def add_task(self, channel: Channel) -> None:
        """Have the request of *channel* answered after this round of the loop."""
        self._dispatch.add(channel)

    @property
    def waiting(self) -> int:
        """The number of deliveries that wait for the next group."""
        return self._dispatch.answering.waiting

    # -------------------------------------------------------------------------------------------------------- loop

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress calls this by a clock that may be set back. See `_check`."""

    def _check(self) -> None:
        """Check the timeouts of all connections, and the parent process."""
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + POLL_SECONDS
        for channel in list(self.active_channels.values()):
            guarded(channel, channel.check_timeouts, now, self.timeouts)
        self.connections.report(now)
        if self._parent not in {None, os.getppid()}:
            self.stop()

    def run(self) -> None:
        while not self.is_stopping:
            self._run_once()
        self.report_ending()  # here and not in `stop`, which may interrupt another line
        self._drain()

    def report_ending(self) -> None:
        """Log that the server was told to stop."""
        log.info("receiver_ending")

    def stop(self, *_signal: object) -> None:
        """Make `run` return soon. Signal handlers and any thread may call it."""
        if not self.is_stopping:
            self.is_stopping = True
            self.pull_trigger()

    def pull_trigger(self) -> None:
        """Wake the loop. Any thread may call it. The answering thread wakes it once, after its group."""
        if not self._dispatch.answering.is_current():
            self._wake()

    def _wake(self) -> None:
        """Wake the loop, unless somebody has done it already."""
        if self._is_woken:
            return
        self._is_woken = True
        with suppress(OSError):  # the loop has ended meanwhile, and has closed the trigger
            super().pull_trigger()

    def wake_soon(self) -> None:
        """Look again after `PAUSE_SECONDS`, because a connection pauses."""
        self._pauses_until = time.monotonic() + 2 * PAUSE_SECONDS

    def _run_once(self) -> None:
        timeout = PAUSE_SECONDS if time.monotonic() < self._pauses_until else POLL_SECONDS
        self._is_woken = False  # what changes from here on wakes the loop; what has changed, it sees
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._map, count=1)
        self._check()
        self._dispatch.hand_on()

    def _drain(self) -> None:
        wasyncore.dispatcher.close(self)
        deadline = time.monotonic() + self.timeouts.shutdown_seconds
        while any(c.is_busy for c in list(self.active_channels.values())) and time.monotonic() < deadline:
            self._run_once()
        self._dispatch.answering.stop(max(0.1, deadline - time.monotonic()))
        self.task_dispatcher.shutdown(timeout=max(0.1, deadline - time.monotonic()))
        wasyncore.close_all(self._map)


def _quieten() -> None:
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
