"""The answer to one request that reaches the application, in two parts: the call, and the answer."""

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from waitress.channel import ClientDisconnected
from waitress.task import WSGITask
from waitress.utilities import build_http_date


@lru_cache(2)
def _date(second: int) -> str:
    """Return the date of an answer, which is the same for a whole second."""
    return str(build_http_date(second))


class AnswerTask(WSGITask):  # type: ignore[misc] # waitress has no types
    """Calls the application in `begin`, and sends its answer in `service`, which begins if need be.

    The application may call `start_response` late, when it is asked for its first piece (PEP 3333).
    """

    pieces: Iterable[bytes] | None = None
    error: Exception | None = None

    def begin(self) -> None:
        """Call the application. What it raises is raised by `service`."""
        self.start_time = time.time()
        try:
            self.pieces = self.channel.server.application(self.get_environment(), self._start_response)
        except Exception as error:  # noqa: BLE001 - it is raised again
            self.error = error

    def start(self) -> None:
        """Begin, unless that is done."""
        if self.pieces is None and self.error is None:
            self.begin()

    def execute(self) -> None:
        """Send the pieces of the answer."""
        try:
            self._send_pieces()
        except ClientDisconnected:
            raise
        except Exception:  # it is answered, too
            self._claim()
            raise

    def _send_pieces(self) -> None:
        if self.error:
            raise self.error
        sent = 0
        try:
            for piece in self.pieces or ():
                sent += len(piece)
                if piece:
                    self.write(piece)
        finally:
            self.close()
        if self.content_length not in {None, sent} and self.request.command != "HEAD":
            self.close_on_finish = True  # the sender would wait for the rest

    def close(self) -> None:
        """Tell the application that its answer has ended, or that nobody asks for it (PEP 3333)."""
        pieces, self.pieces = self.pieces, ()
        if close := getattr(pieces, "close", None):
            close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401
        if exc_info and self.wrote_header:
            raise exc_info[1]
        self.status, self.complete = status, True
        self.response_headers = [*headers, ("Date", _date(int(self.start_time)))]
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        self.content_length = lengths[0] if lengths else None
        return self.write

    def write(self, data: bytes) -> None:
        """Write a piece. Raises `ClientDisconnected` if the request has an answer already, because this one is late."""
        self._claim()
        super().write(data)

    def _claim(self) -> None:
        if not (self.wrote_header or self.channel.claim_answer()):
            raise ClientDisconnected

    def finish(self) -> None:
        """End the answer, and send it in one piece."""
        super().finish()
        self.channel.send_now()
