"""Resolves host names in bounded time. The system's resolver has no timeout."""

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread

import httpcore

MAX_LOOKUPS = 8
"""How many lookups of one host may run at a time."""

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host and a port, best first; raises OSError or UnicodeError."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, best first, from the system's resolver; raises OSError or UnicodeError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in entries]


class Lookup:
    """Runs each lookup in a thread of its own, and waits for its result no longer than the caller allows.

    The limit of lookups is for each host, so that the dead name server of one account does not affect the others. The
    number of hosts is small, because all of them come from the settings: no redirect is followed.
    """

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._resolve = resolve
        self._free: dict[str, BoundedSemaphore] = {}

    def addresses(self, host: str, port: int, timeout_seconds: float) -> Sequence[str]:
        """Return the addresses of *host*, best first. An address needs no lookup.

        Raises httpcore's ConnectError, or ConnectTimeout after *timeout_seconds*.
        """
        if _is_address(host):
            return [host]
        deadline = time.monotonic() + timeout_seconds
        free = self._free.setdefault(host, BoundedSemaphore(MAX_LOOKUPS))
        if not free.acquire(timeout=timeout_seconds):
            raise httpcore.ConnectTimeout(f"too many lookups of the name {host} hang")
        future = self._start(host, port, free)
        try:
            return future.result(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} could not be resolved: {error}") from error

    def _start(self, host: str, port: int, free: BoundedSemaphore) -> Future[Sequence[str]]:
        future: Future[Sequence[str]] = Future()
        # A daemon thread does not delay the end of the process when its lookup hangs.
        thread = Thread(target=self._run, args=(host, port, future, free), name="name-lookup", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system has no thread left, or the interpreter ends
            free.release()
            future.set_exception(OSError(str(error)))
        return future

    def _run(self, host: str, port: int, future: Future[Sequence[str]], free: BoundedSemaphore) -> None:
        try:
            future.set_result(self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            future.set_exception(error)
        finally:
            free.release()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
