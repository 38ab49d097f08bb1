"""Host names to addresses, in bounded time: the system's resolver knows no timeout."""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread

import httpcore

MAX_LOOKUPS = 8
"""Questions about one host that may hang at a time."""

Resolve = Callable[[str, int], Sequence[str]]
"""Gives a host's addresses, best first; raises OSError or UnicodeError."""


def resolve(host: str, port: int) -> list[str]:
    """Return a host's addresses, best first, from the system's resolver; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Lookup:
    """Asks on a thread of its own and waits no longer than it is told.

    A few questions about each host may hang at a time: one account's dead name server is no concern of the others. The
    hosts are those of the settings, for no redirect is followed.
    """

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._resolve = resolve
        self._free: dict[str, BoundedSemaphore] = {}

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of *host*; raises httpcore's ConnectError, or ConnectTimeout after *timeout* seconds."""
        ends_at = time.monotonic() + timeout
        free = self._free.setdefault(host, BoundedSemaphore(MAX_LOOKUPS))
        if not free.acquire(timeout=timeout):
            raise httpcore.ConnectTimeout(f"too many lookups of the name {host} hang")
        answer = self._ask(host, port, free)
        try:
            return answer.result(timeout=max(0.0, ends_at - time.monotonic()))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} could not be resolved: {error}") from error

    def _ask(self, host: str, port: int, free: BoundedSemaphore) -> Future[Sequence[str]]:
        answer: Future[Sequence[str]] = Future()
        # A daemon: a question that hangs must not keep the process from ending.
        asking = Thread(target=self._answer, args=(host, port, answer, free), name="name-lookup", daemon=True)
        try:
            asking.start()
        except RuntimeError as error:  # no thread can be had, or the interpreter is ending
            free.release()
            answer.set_exception(OSError(str(error)))
        return answer

    def _answer(self, host: str, port: int, answer: Future[Sequence[str]], free: BoundedSemaphore) -> None:
        try:
            answer.set_result(self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)
        finally:
            free.release()
