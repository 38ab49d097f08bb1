"""Real processes for tests: started, frozen, killed, and always ended by their own process ids."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]

T = TypeVar("T")


def until(condition: Callable[[], T], within_seconds: float = 100.0, what: str = "it") -> T:
    """Wait until *condition* returns something true, and return that; fail after *within_seconds*.

    Processes and databases have no event that a test could wait for. The longer it waits, the less often it asks,
    because each question takes time from the processes that it waits for.
    """
    begin = time.monotonic()
    while not (result := condition()):
        waited = time.monotonic() - begin
        assert waited < within_seconds, f"{what}: not within {within_seconds} s"
        time.sleep(min(0.03 + waited / 30, 0.1))
    return result


def number_of_this_process() -> int:
    """Return the number of this process among those of pytest-xdist, from 0; what they share, they divide by it."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


_PORTS = range(12_000, 32_000)
"""Below those that the kernel gives to outgoing connections."""
_chosen_ports: set[int] = set()


def free_port() -> int:
    """Return a port that is not in use, and that no other test takes before the caller does.

    This process chooses no port twice, and each process of pytest-xdist chooses among ports of its own.
    """
    own = _PORTS[number_of_this_process() :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    while True:
        port = random.SystemRandom().choice(own)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            if port not in _chosen_ports:
                _chosen_ports.add(port)
                return port


class Program:
    """A process whose output goes to a file. It may be started again after its end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        is_ready: Callable[[], object],
        cwd: Path = ROOT,
    ) -> None:
        self.name, self._command, self._environ, self.is_ready = name, list(command), environ, is_ready
        self._cwd = cwd
        self._file = folder / f"{name}.log"
        self._file.touch()
        self._offset = 0
        """Where in the file the output since the last start begins."""
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> "Program":
        """Start it."""
        self._offset = self._file.stat().st_size
        with self._file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def start(self) -> "Program":
        """Start it, and wait until it is ready."""
        return self.launch().await_ready()

    def await_ready(self) -> "Program":
        """Wait until it is ready; fail if it ends instead."""
        until(self._is_up, what=f"{self.name} is ready")
        return self

    def _is_up(self) -> object:
        assert self.is_alive, f"{self.name} has ended: {self.output[-2000:]}"
        return self.is_ready()

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """All its output, of every run."""
        return self._file.read_text(errors="replace")

    @property
    def output(self) -> str:
        """Its output since it was last started."""
        return self._file.read_bytes()[self._offset :].decode(errors="replace")

    def is_frozen(self) -> bool:
        """Tell whether SIGSTOP has reached each of its threads: a thread finishes its system call first."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/stat")
        try:
            return {path.read_text().rpartition(") ")[2][0] for path in threads} == {"T"}
        except OSError:  # a thread has ended meanwhile
            return False

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.send(signal.SIGKILL)
        self.exit_code()

    def exit_code(self, within_seconds: float = 60.0) -> int:
        """Wait for its end, and return the exit code."""
        assert self._process is not None
        return self._process.wait(within_seconds)

    def end(self) -> None:
        """Tell it to end, and wait for that."""
        self.send(signal.SIGTERM)
        self.exit_code()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Wait for its end, and kill it and every process in its session after *timeout_seconds*."""
        if self._process is None or not self.is_alive:  # its number may have been given to another process
            return
        with suppress(AssertionError):
            until(self._has_ended, timeout_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(30)

    def _has_ended(self) -> object:
        # WNOWAIT keeps the number of the process, so that it can still be named.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
