"""The heartbeat of a worker process: it tells others that the worker runs, and which accounts it serves."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable

from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import SECOND, Duration
from worker.processes.version import program_version
from worker.store.workers import SqlWorkers

HEARTBEAT_INTERVAL_SECONDS = 5.0


class Heartbeat:
    """Writes the heartbeat of this process, which serves *accounts*.

    *last_run_at* returns when the worker last looked for due orders, in seconds of `time.monotonic`; None: not yet.
    """

    def __init__(self, workers: SqlWorkers, accounts: Iterable[str], last_run_at: Callable[[], float | None]) -> None:
        self._workers, self._last_run_at = workers, last_run_at
        self._process = this_process(accounts)

    def beat(self) -> None:
        """Write the heartbeat. Raises `StoreUnavailable`."""
        self._process = self._workers.beat(self._process, _ago(self._last_run_at()))

    def end(self) -> None:
        """Delete the row, because the worker stops; without it, the row is too old soon. Raises `StoreUnavailable`."""
        self._workers.remove(self._process.name)


def _ago(instant: float | None) -> Duration | None:
    return None if instant is None else int((time.monotonic() - instant) * SECOND)


def this_process(accounts: Iterable[str]) -> WorkerProcess:
    """Return this process. A random part tells it from others with the same number, on hosts with the same name."""
    host, pid = socket.gethostname(), os.getpid()
    name = f"{host}:{pid}:{secrets.token_hex(4)}"
    return WorkerProcess(name, host, pid, program_version(), tuple(sorted(accounts)), started_at=0)
