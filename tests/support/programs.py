"""Real processes for tests: started, frozen, killed, and always ended by their own number."""

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


def until(condition: Callable[[], T], within: float = 20.0, what: str = "it") -> T:
    """Wait for *condition* to return something true, and return that; fail after *within* seconds."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        time.sleep(0.03)  # processes and databases have no event that a test could wait for
    return found


def free_port() -> int:
    """Find a port that nobody uses, below those that the kernel gives to outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Program:
    """A process whose words go to a file. It may be started again after its end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        is_ready: Callable[[], object],
    ) -> None:
        self.name, self._command, self._environ, self._is_ready = name, list(command), environ, is_ready
        self._log = folder / f"{name}.log"
        self._log.touch()
        self._said_before = 0
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> "Program":
        """Start it."""
        self._said_before = self._log.stat().st_size
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                cwd=ROOT,
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
        return self._is_ready()

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """All that it has ever said."""
        return self._log.read_text(errors="replace")

    @property
    def output(self) -> str:
        """What it has said since it was last started."""
        return self._log.read_bytes()[self._said_before :].decode(errors="replace")

    def is_frozen(self) -> bool:
        """Tell whether SIGSTOP has reached each of its threads: one that is amid a system call ends that first."""
        states = [path.read_text().rpartition(") ")[2][0] for path in Path(f"/proc/{self.pid}/task").glob("*/stat")]
        return set(states) == {"T"}

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.send(signal.SIGKILL)
        self.event_results()

    def event_results(self, within: float = 20.0) -> int:
        """Wait for its end; returns the exit code."""
        assert self._process is not None
        return self._process.wait(within)

    def close(self, timeout: float = 5.0) -> None:
        """End it, and whatever it has started in its own session."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
