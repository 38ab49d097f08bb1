"""One connection: how long it may last, how it ends, and the errors that the server itself answers."""

import json
import socket
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import Error

from webhook_receiver.problems import CONTENT_TYPE, problem_of_status
from webhook_receiver.server.parser import RequestParser
from webhook_receiver.server.timeouts import Timeouts

LINGER_SECONDS = 2.0
"""How long a closing connection is still read, so that the last answer is not lost in a reset."""


class _RequestTimeout(Error):  # type: ignore[misc] # waitress has no types
    code, reason = 408, "Request Timeout"


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that never reaches the application, with a problem, and closes the connection."""

    def execute(self) -> None:
        error = self.request.error
        body = json.dumps(problem_of_status(error.code)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", CONTENT_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection.

    Its clock for timeouts, *waits_since*, starts anew after each answer and with the first byte of each request. All
    instants here are seconds of `time.time()`, because waitress uses them.
    """

    parser_class = RequestParser
    error_task_class = _ProblemTask
    request: Any
    close_when_flushed: bool

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self.waits_since: float = self.creation_time
        self.lingers_until = 0.0
        self.has_answered = False

    def received(self, data: bytes) -> bool:
        if self.lingers_until:
            return False
        request_before = self.request
        accepted: bool = super().received(data)
        if self.request is not request_before:
            self.waits_since = time.time()
        return accepted

    def service(self) -> None:
        super().service()
        self.has_answered, self.waits_since = True, time.time()

    def readable(self) -> bool:
        return bool(self.lingers_until or super().readable())

    def handle_write(self) -> None:
        """After the last answer, send nothing more, but keep reading for a moment.

        To close while the sender is still sending would reset the connection, and the sender would lose our answer.
        """
        if self.will_close or not self.close_when_flushed:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len:
            self.close_when_flushed = False
            self.lingers_until = time.time() + LINGER_SECONDS
            self.socket.shutdown(socket.SHUT_WR)

    @property
    def is_busy(self) -> bool:
        """Tell whether a request has no answer yet, or an answer is not yet sent."""
        return bool(self.requests or self.total_outbufs_len)

    def check_timeouts(self, now: float, timeouts: Timeouts) -> None:
        """End the connection, or its request with 408, when it has lasted too long at *now* (seconds)."""
        if self.lingers_until:
            self.will_close = now > self.lingers_until
        elif self.requests:
            return
        elif self.has_answered and self.request is None:
            self.will_close = now - self.waits_since > timeouts.idle_seconds
        elif now - self.last_activity > timeouts.silence_seconds or now - self.waits_since > timeouts.request_seconds:
            self._answer_timeout()

    def _answer_timeout(self) -> None:
        request = self.request or self.parser_class(self.adj)
        request.error = _RequestTimeout("")
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
        self.server.add_task(self)
