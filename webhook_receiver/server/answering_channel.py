"""The half of a connection that answers its requests; `channel` is the other half, which reads them."""

import math
import time
from typing import Any

from waitress.channel import HTTPChannel

from webhook_receiver.server.errors import AnswerTimeout, ProblemTask
from webhook_receiver.server.parser import RequestParser
from webhook_receiver.server.tasks import AnswerTask


class AnsweringChannel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection with at most one whole request, which gets one answer.

    The thread that reads calls `expect_answer` and `answer_late`. Another one calls `begin` and `service`, or only
    `service`. Whichever of the two claims the answer gives it.
    """

    parser_class = RequestParser
    error_task_class = ProblemTask
    requests: list[Any]
    """Empty, or the one that is whole. waitress replaces the list, in the thread that answers."""
    close_when_flushed: bool

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self.waits_since = time.monotonic()
        self.has_answered = self._is_answering = False
        self._begun: AnswerTask | None = None
        self._has_answer = self._is_late = False
        """Whether the request has its answer; and whether that says that the answer of the application is late."""
        self._late_at = math.inf

    def expect_answer(self, request: Any, late_at: float) -> None:  # noqa: ANN401
        """Let *request* wait, which is whole. If it is a delivery, it must have its answer at *late_at* (seconds)."""
        self._has_answer, self._late_at = False, late_at
        self.requests.append(request)

    def task_class(self, channel: "AnsweringChannel", request: Any) -> AnswerTask:  # noqa: ANN401
        """Return the task that has begun, or a new one. waitress calls it, as it calls a class."""
        begun, self._begun = self._begun, None
        return begun or AnswerTask(channel, request)

    def begin(self) -> None:
        """Call the application, unless the sender is gone, or has an answer already."""
        request = self._take()
        if request is not None:
            self._begun = AnswerTask(self, request)
            self._begun.begin()

    def service(self) -> None:
        """Have the request answered, unless the sender is gone, or has an answer already."""
        if self._take() is None:
            self._end_unanswered()
            return
        self._is_answering = True
        try:
            super().service()
        finally:
            self.has_answered, self.waits_since = True, time.monotonic()
            self._is_answering = False

    def _take(self) -> Any:  # noqa: ANN401
        """Return the request, which the calling thread uses from now on; None if it needs no answer any more."""
        with self.requests_lock:
            if self._is_late or not (self.requests and self.connected):
                return None
            self.requests[0].is_taken = True
            return self.requests[0]

    def _end_unanswered(self) -> None:
        begun, self._begun = self._begun, None
        if begun:
            begun.close()
        self._forget(is_taken=True)

    def _forget(self, *, is_taken: bool = False) -> None:
        """Free the memory of the request. If a thread has taken it, only that thread may do so."""
        with self.requests_lock:
            if not self.requests or (self.requests[0].is_taken and not is_taken):
                return
            [request], self.requests = self.requests, []
        request.close()

    def claim_answer(self) -> bool:
        """Tell whether the request has no answer yet. Who asks gives it now, so that no request gets two."""
        with self.requests_lock:
            is_first, self._has_answer = not self._has_answer, True
        return is_first

    def answer_late(self) -> bool:
        """Answer 503 to a delivery, whatever the application still does: the repetition of a delivery is harmless.

        Return whether it had no answer yet.
        """
        late = next(iter(self.requests), None)  # the other thread may end its answer at this moment
        if late is None or not self.claim_answer():
            return False
        self._is_late = True
        self._forget()
        request = self.parser_class(self.adj)
        request.error, request.version = AnswerTimeout(""), late.version
        self.error_task_class(self, request).service()
        self.close_when_flushed = True
        return True

    def give_up(self) -> None:
        """Free the memory of the request: answer 503 to a delivery that is whole, and close any other connection."""
        if self.requests and self._late_at < math.inf:
            self.answer_late()
        else:
            self.handle_close()
            self._forget()

    def send_now(self) -> None:
        """Send what is written, because the thread that reads would send it later. It sends what is left."""
        with self.outbuf_lock:
            if self.connected:  # else the number of this socket may be that of a new connection
                self._flush_exception(self._flush_some, do_close=False)

    @property
    def is_busy(self) -> bool:
        """Whether a request has no answer yet, or an answer is not yet sent."""
        return self.is_waiting or bool(self.total_outbufs_len)

    @property
    def is_waiting(self) -> bool:
        """Whether a request waits for its answer. One that is late has an answer."""
        return not self._is_late and bool(self.requests or self._is_answering)

    @property
    def is_taken(self) -> bool:
        """Whether a thread is at the answer, so that the memory of the request cannot be freed."""
        return any(request.is_taken for request in [*self.requests])

    def is_overdue(self, now: float) -> bool:
        """Tell whether the request should have its answer at *now* (seconds)."""
        return now > self._late_at
