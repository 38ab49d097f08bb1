"""Opens a connection to the first of several addresses that answers, in the spirit of RFC 8305 ("Happy Eyeballs").

An address that swallows every packet must not use up the time of the others. So the attempts overlap: each begins a
moment after the one before it, the families take turns, and the first connection that opens counts. The thread of the
call waits for all of them.
"""

import errno
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from selectors import EVENT_WRITE, DefaultSelector

ATTEMPT_DELAY_SECONDS = 0.25
"""The longest time between the beginnings of two attempts (RFC 8305, 5: "Connection Attempt Delay")."""
MAX_ADDRESSES = 8
"""How many addresses of a name are tried, and so how many sockets one call may open."""

Prepare = Callable[[socket.socket], object]
"""Sets the options of a new socket."""


def first_connection(
    addresses: Sequence[str], port: int, timeout_seconds: float, prepare: Prepare = lambda _: None
) -> socket.socket:
    """Return a connected socket to the first of *addresses* that answers; all other sockets are closed.

    *addresses* are IP addresses, best first. Raises TimeoutError when none answers in time, and the last OSError when
    all attempts have failed.
    """
    with DefaultSelector() as selector:
        race = _Race(selector, deque(_alternating(addresses)), port, prepare)
        try:
            return race.run(timeout_seconds)
        finally:
            race.close()


def _alternating(addresses: Sequence[str]) -> list[str]:
    """Return the first *addresses* with the families in turns, beginning with that of the first."""
    families = {
        ":" in address: [each for each in addresses if (":" in each) == (":" in address)] for address in addresses
    }
    turns = chain.from_iterable(zip_longest(*families.values()))
    return [address for address in turns if address is not None][:MAX_ADDRESSES]


class _Race:
    """The attempts to reach one port. *waiting* are the addresses whose attempts have not begun."""

    def __init__(self, selector: DefaultSelector, waiting: deque[str], port: int, prepare: Prepare) -> None:
        self._selector, self._waiting, self._port, self._prepare = selector, waiting, port, prepare
        self._failure = OSError("the name has no address")

    def run(self, timeout_seconds: float) -> socket.socket:
        ends_at = time.monotonic() + timeout_seconds
        pause = min(ATTEMPT_DELAY_SECONDS, timeout_seconds / max(1, len(self._waiting)))
        while self._waiting or self._is_under_way():
            self._begin_next()
            pauses_until = min(ends_at, time.monotonic() + pause) if self._waiting else ends_at
            if winner := self._winner_until(pauses_until):
                return winner
            if time.monotonic() >= ends_at:
                raise TimeoutError("no address has answered")
        raise self._failure

    def close(self) -> None:
        """Close the sockets of all attempts that are under way."""
        for key in list(self._selector.get_map().values()):
            _socket_of(key.fileobj).close()

    def _is_under_way(self) -> bool:
        return bool(self._selector.get_map())

    def _begin_next(self) -> None:
        if not self._waiting:
            return
        address = self._waiting.popleft()
        attempt = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        attempt.settimeout(0)
        try:
            self._prepare(attempt)
            code = attempt.connect_ex((address, self._port))
        except OSError as error:  # a wrong option, or no address at all
            self._fail(attempt, error)
            return
        if code in {0, errno.EINPROGRESS}:
            self._selector.register(attempt, EVENT_WRITE)
        else:
            self._fail(attempt, OSError(code, os.strerror(code)))

    def _fail(self, attempt: socket.socket, error: OSError) -> None:
        attempt.close()
        self._failure = error

    def _winner_until(self, instant: float) -> socket.socket | None:
        """Return a socket that has connected by *instant*; None then, or as soon as all attempts have failed."""
        while self._is_under_way():
            ready = self._selector.select(max(0.0, instant - time.monotonic()))
            for attempt in (_socket_of(key.fileobj) for key, _ in ready):
                self._selector.unregister(attempt)
                code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return attempt
                self._fail(attempt, OSError(code, os.strerror(code)))
            if not ready or time.monotonic() >= instant:
                return None
        return None


def _socket_of(file: object) -> socket.socket:
    if not isinstance(file, socket.socket):
        raise TypeError(file)
    return file
