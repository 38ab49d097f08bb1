"""The thread that answers deliveries: all that have gathered, together."""

import threading
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Protocol

import structlog

MAX_GROUP = 64
"""The most requests that are answered together, so that none waits long for the others."""

log = structlog.get_logger()


class Exchange(Protocol):
    """A connection with a whole request. Neither method raises for what the application does."""

    def begin(self) -> None:
        """Call the application."""

    def service(self) -> None:
        """Ask the application for its answer, and send it."""


class AnsweringThread:
    """Answers requests in groups: it calls the application for all of a group, and only then asks for the first answer.

    So an application that writes when it is asked for an answer can write everything at once. What comes meanwhile is
    the next group. The thread is a daemon: nothing that hangs in the application keeps the process alive. *after_group*
    is called after each group.
    """

    def __init__(self, after_group: Callable[[], object]) -> None:
        self._after_group = after_group
        self._waiting: dict[Exchange, None] = {}
        self._changed, self._stops = threading.Condition(), False
        self._thread = threading.Thread(target=self._run, name="answering", daemon=True)
        self._thread.start()

    def add(self, exchanges: Iterable[Exchange]) -> None:
        """Let *exchanges* wait for the next group."""
        with self._changed:
            self._waiting.update(dict.fromkeys(exchanges))
            self._changed.notify()

    def forget(self, exchange: Exchange) -> None:
        """Leave *exchange* out if it still waits. So closed connections take no memory while a group hangs."""
        with self._changed:
            self._waiting.pop(exchange, None)

    @property
    def waiting(self) -> int:
        """The number of requests that wait for the next group."""
        return len(self._waiting)

    def stop(self, timeout_seconds: float) -> None:
        """Answer what waits, and end. Returns after *timeout_seconds* at the latest."""
        with self._changed:
            self._stops = True
            self._changed.notify()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while group := self._next_group():
            for exchange in group:
                _guarded(exchange.begin)
            for exchange in group:
                _guarded(exchange.service)
            self._after_group()

    def _next_group(self) -> list[Exchange]:
        """Wait for requests, and take the first of them; none when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stops)
            group = list(islice(self._waiting, MAX_GROUP))
            for exchange in group:
                del self._waiting[exchange]
            return group

    def is_current(self) -> bool:
        """Tell whether this thread calls."""
        return threading.current_thread() is self._thread


def _guarded(act: Callable[[], object]) -> None:
    """Log what breaks, whatever it is: if this thread ended, no delivery would ever be answered again."""
    try:
        act()
    except BaseException:
        log.exception("answering_failed")
