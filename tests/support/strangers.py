"""Strangers without a secret, who occupy connections: they are slow, or send and never read."""

import resource
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import pytest

ROUND_SECONDS = 0.2


def room_for_files(count: int) -> None:
    """Let this process open *count* files more than usual. Where that is not allowed, the test is skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1024
    if hard < wanted:
        pytest.skip(f"this machine allows a process {hard} files, and the attack needs {wanted}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


class Crowd:
    """*size* connections to *port* of this machine, in a thread, as a context.

    Each sends *first*, and then *drip* again and again. None is ever read. A connection that the server has closed is
    opened again at once. *address* is theirs.
    """

    def __init__(self, port: int, size: int, first: bytes, *, drip: bytes = b"", address: str = "127.0.0.1") -> None:
        self._port, self._size, self._first, self._drip, self._address = port, size, first, drip, address
        self._sockets: list[socket.socket] = []
        self._is_over, self._is_there = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.opened = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_there.wait(60)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join(60)
        for sock in self._sockets:
            sock.close()

    def _run(self) -> None:
        self._sockets = [self._open() for _ in range(self._size)]
        pending = [b""] * self._size
        while not self._is_over.is_set():
            for number, sock in enumerate(self._sockets):
                try:
                    sent = sock.send(pending[number] or self._drip)
                    pending[number] = pending[number][sent:]
                except BlockingIOError:
                    pass
                except OSError:
                    sock.close()
                    self._sockets[number], pending[number] = self._open(), b""
            self._is_there.set()
            self._is_over.wait(ROUND_SECONDS)

    def _open(self) -> socket.socket:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        sock.setblocking(False)
        sock.bind((self._address, 0))
        with suppress(BlockingIOError):
            sock.connect(("127.0.0.1", self._port))
        with suppress(OSError):
            sock.send(self._first)
        self.opened += 1
        return sock
