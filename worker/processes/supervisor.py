"""The supervisor of `up` and `demo`: it runs their processes, restarts those that end, and stops all together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import structlog

from worker.domain.errors import FulfillmentError
from worker.private_files import open_private
from worker.processes.parent_death import with_parent_death_signal

log = structlog.get_logger()

STOP_TIMEOUT_SECONDS = 30.0
"""A process may take this long to finish its work; then it is killed."""
POLL_INTERVAL_SECONDS = 0.5
STOP_POLL_INTERVAL_SECONDS = 0.02
RESTART_PAUSE_SECONDS = 1.0
MAX_RESTARTS = 5
"""How often in a row a process is restarted. The next time that it ends, the supervisor gives it up."""
STEADY_AFTER_SECONDS = 60.0
"""A process that has run for this long is steady: the count of its restarts begins again."""


class ProcessGivenUp(FulfillmentError):
    """A process has ended too often in a row. The message has its name and its exit code."""

    reason = "given_up"


class Supervisor:
    """Runs processes. *commands* has, for each name of a process, its Python module and the arguments.

    The processes end when this process ends, even by `kill -9`. They get *environ* instead of this process's
    environment. Their output goes to NAME.log in the folder *logs*; without *logs*, to the output of this process. The
    others go on without an *optional* process that was given up. Use it in the main thread.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environ: Mapping[str, str] | None = None,
        logs: Path | None = None,
        optional: Collection[str] = (),
    ) -> None:
        self._commands, self._environ, self._logs, self._optional = commands, environ, logs, optional
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at: dict[str, float] = {}
        self._restarts = dict.fromkeys(commands, 0)
        self._signals = 0

    def start(self, *names: str) -> None:
        """Start the processes of these *names*; without names, all of them."""
        for name in names or self._commands:
            self._start(name)

    def run_until(self, signals: Collection[signal.Signals], on_poll: Callable[[], None] | None = None) -> None:
        """Start all processes, restart those that end, and stop all at one of *signals*. Raises `ProcessGivenUp`.

        A second signal kills those that still run.
        *on_poll* is called after each check of the processes, every `POLL_INTERVAL_SECONDS`.
        """
        # The signal sets a plain attribute. An event of `threading` has a lock, which the interrupted code may hold.
        earlier_handlers = {number: signal.signal(number, self._on_signal) for number in signals}
        try:
            self.start()
            while not self._signals:
                self.restart_ended()
                if on_poll:
                    on_poll()
                time.sleep(POLL_INTERVAL_SECONDS)
        finally:
            self.stop()
            for number, handler in earlier_handlers.items():
                signal.signal(number, handler)

    def restart_ended(self) -> None:
        """Start each process again that has ended by itself, after a pause. Raises `ProcessGivenUp`."""
        for name in self.ended():
            is_steady = time.monotonic() - self._started_at[name] > STEADY_AFTER_SECONDS
            self._restarts[name] = 1 if is_steady else self._restarts[name] + 1
            code = self._children[name].returncode
            if self._restarts[name] > MAX_RESTARTS:
                self._give_up(name, code)
                continue
            log.warning("process_ended", process=name, code=code)
            time.sleep(RESTART_PAUSE_SECONDS)
            self._start(name)

    def _give_up(self, name: str, code: int) -> None:
        if name not in self._optional:
            raise ProcessGivenUp(
                f"the {name} does not stay alive: after {MAX_RESTARTS} restarts in a row, it ended with {code}"
            )
        log.error("process_given_up", process=name, code=code)
        del self._children[name]

    def ended(self) -> list[str]:
        """Return the names of the processes that have ended by themselves."""
        return [name for name, child in self._children.items() if child.poll() is not None]

    def kept(self) -> list[str]:
        """Return the names of the processes that it keeps alive: all that were started, and not given up."""
        return list(self._children)

    def stop(self, timeout_seconds: float = STOP_TIMEOUT_SECONDS) -> None:
        """Ask every process to end, and kill those that are left after *timeout_seconds*, or after a second signal."""
        for child in self._children.values():
            child.terminate()
        ends_at = time.monotonic() + timeout_seconds
        while self._is_running() and self._signals <= 1 and time.monotonic() < ends_at:
            time.sleep(STOP_POLL_INTERVAL_SECONDS)
        for child in self._children.values():
            child.kill()
            child.wait()
        self._children.clear()

    def _is_running(self) -> bool:
        return any(child.poll() is None for child in self._children.values())

    def _on_signal(self, *_: object) -> None:
        self._signals += 1

    def _start(self, name: str) -> None:
        # Without -P, Python would take a folder named `worker` in the working directory for ours.
        command = with_parent_death_signal([sys.executable, "-P", "-m", *self._commands[name]])
        environ = dict(os.environ if self._environ is None else self._environ)
        with self._log_of(name) as output:
            # In a session of its own, so that Ctrl-C reaches this process alone, which then ends the others in order.
            self._children[name] = subprocess.Popen(
                command, env=environ, start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._started_at[name] = time.monotonic()

    def _log_of(self, name: str) -> AbstractContextManager[BinaryIO | None]:
        return open_private(self._logs / f"{name}.log", "ab") if self._logs else nullcontext()
