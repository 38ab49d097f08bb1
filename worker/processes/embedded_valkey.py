"""The embedded Valkey: the default broker, if the settings name no other.

It has the queue in memory only, and writes nothing to disk. It may lose wake-ups: the scheduler finds the due orders in
the database.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from errno import ECHILD
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import structlog

from worker.domain.errors import EmbeddedValkeyUnavailable
from worker.private_files import open_private
from worker.processes.valkey_server import is_open, pid_at, start_server
from worker.processes.valkey_socket import valkey_socket

log = structlog.get_logger()

START_TIMEOUT = timedelta(seconds=10)
STOP_TIMEOUT = timedelta(seconds=5)
"""How long the server may take to end after a signal."""
POLL_INTERVAL_SECONDS = 0.02


class EmbeddedValkey:
    """The embedded Valkey of one data folder. The process that starts it first owns it and ends it; others only use it.

    An owner that was killed may leave a server or a dead socket behind. The next owner adopts the server, or replaces
    the socket. The constructor touches no file. It raises `SettingsError` when the path is too long for a socket.
    """

    def __init__(self, data_dir: Path) -> None:
        self.socket = valkey_socket(data_dir)
        self._pid: int | None = None
        self._lock: BinaryIO | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this process owns the server, so that `stop` ends it."""
        return self._lock is not None

    def start(self, timeout: timedelta = START_TIMEOUT) -> None:
        """Start the server, unless one runs, and return when it answers.

        Raises `EmbeddedValkeyUnavailable` when none answers in time. Call it in the main thread: otherwise the server
        outlives this process if this process is killed.
        """
        try:
            self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _wait_for(self._is_up, timeout):
                return
            trouble = "does not answer"
        except OSError as error:
            trouble = f"cannot be started: {error.strerror}"
        self.stop()
        raise EmbeddedValkeyUnavailable(f"The embedded Valkey {trouble}; see {self._log}, or set redis_url.")

    def restart_if_ended(self) -> None:
        """Start the server again if we own it and it has ended. Raises `EmbeddedValkeyUnavailable`."""
        if self.is_owner and self._is_gone():
            log.warning("embedded_valkey_ended", socket=str(self.socket))
            self._child = self._pid = None
            self.start()

    def stop(self) -> None:
        """End the server if we own it: by SIGTERM, or by SIGKILL when it does not end in time."""
        if self._lock is None:
            return
        signals = [signal.SIGTERM, signal.SIGKILL] if self._child or self._pid else []
        for number in signals:
            self._send(number)
            if _wait_for(self._is_gone, STOP_TIMEOUT):
                self.socket.unlink(missing_ok=True)
                break
        self._lock.close()
        self._lock = self._child = self._pid = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.socket.with_suffix(".log")

    def _is_up(self) -> bool:
        """Tell whether a server answers. If none runs, start one, unless another process is the owner."""
        if self._lock is None:
            self._lock = _take_lock(self.socket.with_suffix(".lock"))
        if self._child is None and self._lock is not None and not is_open(self.socket):
            self._child = start_server(self.socket, self._log)
        self._pid = pid_at(self.socket)
        if self._child and self._child.poll() is not None:
            raise ChildProcessError(ECHILD, "it ended as soon as it began")
        return self._pid is not None

    def _send(self, number: signal.Signals) -> None:
        if self._child:
            self._child.send_signal(number)
        elif self._pid:
            with suppress(ProcessLookupError, PermissionError):  # it is gone, or belongs to another user
                os.kill(self._pid, number)

    def _is_gone(self) -> bool:
        if self._child:
            return self._child.poll() is not None
        return not is_open(self.socket)


def _take_lock(path: Path) -> BinaryIO | None:
    """Return the open lock file, which only one living process can hold; None while another process holds it."""
    file = open_private(path, "ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _wait_for(condition: Callable[[], bool], timeout: timedelta) -> bool:
    """Return True when the *condition* is true, False when it is not true in time."""
    ends_at = time.monotonic() + timeout.total_seconds()
    while not condition():
        if time.monotonic() >= ends_at:
            return False
        time.sleep(POLL_INTERVAL_SECONDS)
    return True
