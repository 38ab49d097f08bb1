"""One connection: what it reads, its timeouts, and its end. `answering_channel` has the half that answers."""

import socket
import time
from typing import Any

from webhook_receiver.server.answering_channel import AnsweringChannel
from webhook_receiver.server.closings import Closing
from webhook_receiver.server.crowding import Use, network_of
from webhook_receiver.server.errors import RequestTimeout
from webhook_receiver.server.reading import ReadingPace
from webhook_receiver.server.timeouts import Timeouts

LINGER_SECONDS = 2.0
"""After its last answer, a connection is still read for this long, so that no reset loses the answer."""
LINGER_BYTES = 8_388_608
"""So much is read in that time at most."""
DISCARDED_AT_ONCE = 65_536
SENT_WITHIN_SECONDS = 1.0
MAX_REQUESTS = 1000
"""The answer to this request of a connection closes it."""


class Channel(AnsweringChannel):
    """One connection.

    The timeouts count from `waits_since`: when the connection opened, the last answer, or the first byte of the request
    after it. All instants here are seconds of `time.monotonic()`, because the clock of waitress may be set.
    """

    request: Any
    """The one that is not yet whole."""
    will_close: bool

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        self._last_activity = time.monotonic()
        super().__init__(*args, **options)
        self.network = network_of(self.addr[0])
        self.opened_at = self.waits_since
        self.lingers_until, self._may_linger = 0.0, LINGER_BYTES
        self._received_requests = 0
        self._pace = ReadingPace()

    @property
    def last_activity(self) -> float:
        """When the sender was heard last, or has taken a part of an answer."""
        return self._last_activity

    @last_activity.setter
    def last_activity(self, _time: float) -> None:
        self._last_activity = time.monotonic()

    # ----------------------------------------------------------------------------------------------------- reading

    def readable(self) -> bool:
        is_busy = self.requests or self.total_outbufs_len or self.close_when_flushed or self.will_close
        if is_busy and not self.lingers_until:
            return False
        return not self._pace.has_paused or self._pace.may_read(time.monotonic())

    def handle_read(self) -> None:
        if not self.lingers_until:
            super().handle_read()
        elif self._may_linger > 0:
            self._discard()
        else:
            self.handle_close()

    def _discard(self) -> None:
        length = len(self.recv(DISCARDED_AT_ONCE))
        self._may_linger -= length
        if length < DISCARDED_AT_ONCE:
            self._pace.pause(time.monotonic())
            self.server.wake_soon()

    def received(self, data: bytes) -> bool:
        """Read *data* up to the end of one request.

        If more follows, nobody has waited for the answer: it is sent, and the connection is closed, so that one
        connection has one request under way. Empty lines before a request do not count (RFC 9112, 2.2).
        """
        if self.request is None:
            data = data.lstrip(b"\r\n")
        with self.requests_lock:
            if not data or self.will_close or self.close_when_flushed or self.requests:
                return False
            if self.request is None:
                self.request, self.waits_since = self.parser_class(self.adj), time.monotonic()
            rest = self._parse(data)
            if self.request.completed:
                self._hand_on(closes=bool(rest.strip(b"\r\n")))
            elif self.request.expect_continue and self.request.headers_finished and not self.sent_continue:
                self.send_continue()
        self.server.connections.note_received(len(data))
        return True

    def _parse(self, data: bytes) -> bytes:
        """Let the parser read *data*, and return what belongs to no request yet."""
        if self._pace.note(len(data), time.monotonic()):
            self.server.wake_soon()
        while data and not self.request.completed:
            data = data[self.request.received(data) :]
        return data

    def _hand_on(self, *, closes: bool) -> None:
        """Have the request answered, which is whole."""
        request, self.request = self.request, None
        self.sent_continue, self._pace = False, ReadingPace()
        self._received_requests += 1
        if closes or self._is_worn_out():
            request.headers["CONNECTION"] = "close"
        self.expect_answer(request, self.server.late_at(request))
        self.server.add_task(self)

    def _is_worn_out(self) -> bool:
        age = time.monotonic() - self.opened_at
        return self._received_requests >= MAX_REQUESTS or age > self.server.timeouts.age_seconds

    # ----------------------------------------------------------------------------------------------------- ending

    def handle_write(self) -> None:
        """After the last answer, send nothing more, but keep reading for `LINGER_SECONDS`.

        If the connection were closed while the sender still sends, it would be reset, and the sender could lose the
        answer.
        """
        if self.will_close or not self.close_when_flushed:
            super().handle_write()
            return
        if self.lingers_until:  # a late answer has ended, too
            self.close_when_flushed = False
            return
        self._flush_exception(self._flush_some)
        if self._is_open and not self.total_outbufs_len:
            self.close_when_flushed = False
            self.lingers_until = time.monotonic() + LINGER_SECONDS
            self.socket.shutdown(socket.SHUT_WR)

    def del_channel(self, *arguments: Any) -> None:  # noqa: ANN401 - passed on
        was_open = self._is_open
        super().del_channel(*arguments)
        if was_open:
            self.server.leave(self)

    @property
    def _is_open(self) -> bool:
        """Whether the connection is open: what is sent to a sender that is gone closes it."""
        return self._fileno is not None

    @property
    def held_bytes(self) -> int:
        """How many bytes of requests without an answer are in memory."""
        return sum(request.held_bytes for request in (self.request, *self.requests) if request)

    @property
    def use(self) -> Use:
        """What the connection is used for."""
        if self.is_waiting or self._has_new_answer():
            return Use.WAITING
        if self.lingers_until or self.close_when_flushed or self.total_outbufs_len:
            return Use.ANSWERED
        return Use.IDLE if self.has_answered and self.request is None else Use.SENDING

    def _has_new_answer(self) -> bool:
        """Tell whether an answer is so new that its sender need not have taken it: this thread has yet to send it."""
        return bool(self.total_outbufs_len) and time.monotonic() - self.waits_since < SENT_WITHIN_SECONDS

    def check_timeouts(self, now: float, timeouts: Timeouts) -> None:
        """Close the connection, or answer 408 to its request, if a timeout is over at *now* (seconds).

        It is closed at once: a connection whose sender reads nothing is never writable, so it could not be closed after
        the next write.
        """
        if self.use is Use.WAITING:
            self._check_lateness(now)
            return
        waits, is_silent = now - self.waits_since, now - self.last_activity > timeouts.silence_seconds
        if self.use is Use.ANSWERED and not self.lingers_until:
            if now - self.last_activity > timeouts.unread_seconds or waits > timeouts.request_seconds:
                self.server.connections.close(self, Closing.UNREAD)
        elif self.will_close or (self.lingers_until and now > self.lingers_until):
            self.handle_close()
        elif self.use is Use.IDLE:
            if waits > timeouts.idle_seconds:
                self.handle_close()
        elif self.use is Use.SENDING and (is_silent or waits > self._time_to_send(timeouts)):
            self._answer_timeout()

    def _check_lateness(self, now: float) -> None:
        if self.is_overdue(now) and self.answer_late():
            self.server.connections.count(Closing.LATE)

    def _time_to_send(self, timeouts: Timeouts) -> float:
        has_header = self.request is not None and self.request.headers_finished
        return timeouts.request_seconds if has_header else timeouts.header_seconds

    def _answer_timeout(self) -> None:
        request = self.request or self.parser_class(self.adj)
        request.error = RequestTimeout("")
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
        self.server.add_task(self)
