"""One connection: its timeouts, its end, and the errors that the server itself answers."""

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
"""After its last answer, a connection is still read for this long, so that no reset loses the answer."""


class _RequestTimeout(Error):  # type: ignore[misc] # waitress has no types
    code, reason = 408, "Request Timeout"


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that does not reach the application with problem details, and closes the connection."""

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

    The timeouts count from `waits_since`: when the connection opened, the last answer, or the first byte of the request
    after it. All instants here are seconds of `time.time()`, as in waitress.
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
        """After the last answer, send nothing more, but keep reading for `LINGER_SECONDS`.

        If the connection were closed while the sender still sends, it would be reset, and the sender could lose the
        answer.
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
        """Whether a request has no answer yet, or an answer is not yet sent."""
        return bool(self.requests or self.total_outbufs_len)

    def check_timeouts(self, now: float, timeouts: Timeouts) -> None:
        """Close the connection, or answer 408 to its request, if a timeout is over at *now* (seconds)."""
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
