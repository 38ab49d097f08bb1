"""Company: the processes that `up` and `demo` run side by side, watched, and ended together."""

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
from worker.processes.parent_death import with_parent_death_signal

log = structlog.get_logger()

STOPS_WITHIN = 30.0
"""Seconds that a process may take to finish its work; then it is killed."""
POLL_INTERVAL = 0.5
"""Seconds between two looks at who is still there."""
RESTART_PAUSE = 1.0
MOST_RESTARTS = 5
"""A process that ends this often in a row, each time within a minute, is given up."""
STEADY_AFTER = 60.0


class ProcessGivenUp(FulfillmentError):
    """A process would not stay alive; the message names it."""

    reason = "given_up"


class Supervisor:
    """Processes by name: for each the Python module that is run, and its arguments.

    They end when this process does, even by `kill -9`. *environ* replaces this process's environment. What they
    print goes to NAME.log in the folder *logs*; without one, where our own goes. Use it in the main thread.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environ: Mapping[str, str] | None = None,
        logs: Path | None = None,
    ) -> None:
        self._commands, self._environ, self._logs = commands, environ, logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._began: dict[str, float] = {}
        self._restarts = dict.fromkeys(commands, 0)
        self._told_to_stop = False

    def start(self, *names: str) -> None:
        """Start the processes of these *names*, or all of them."""
        for name in names or self._commands:
            self._start(name)

    def run_until(self, signals: Collection[signal.Signals], on_poll: Callable[[], None] | None = None) -> None:
        """Start all, restart whatever ends, and stop all at one of *signals*; raises `ProcessGivenUp`.

        *on_poll* is called as often as they are looked after.
        """
        # No event of `threading`: it has a lock, which the code that a signal interrupts may hold.
        before = {number: signal.signal(number, self._hear) for number in signals}
        try:
            self.start()
            while not self._told_to_stop:
                self.restart_ended()
                if on_poll:
                    on_poll()
                time.sleep(POLL_INTERVAL)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def restart_ended(self) -> None:
        """Start again what has ended by itself."""
        for name in self.ended():
            steady = time.monotonic() - self._began[name] > STEADY_AFTER
            self._restarts[name] = 1 if steady else self._restarts[name] + 1
            code = self._children[name].returncode
            if self._restarts[name] > MOST_RESTARTS:
                raise ProcessGivenUp(
                    f"the {name} does not stay alive: it ended with {code}, {MOST_RESTARTS} times in a row"
                )
            log.warning("process_ended", process=name, code=code)
            time.sleep(RESTART_PAUSE)
            self._start(name)

    def ended(self) -> list[str]:
        """Name the processes that have ended by themselves."""
        return [name for name, child in self._children.items() if child.poll() is not None]

    def stop(self, within: float = STOPS_WITHIN) -> None:
        """Ask every process to finish, wait for it, and kill what has not done so *within* these seconds."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + within
        for child in self._children.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _hear(self, *_signal: object) -> None:
        self._told_to_stop = True

    def _start(self, name: str) -> None:
        # Without -P, a folder of the name `worker` where we were started would be taken for ours.
        command = with_parent_death_signal([sys.executable, "-P", "-m", *self._commands[name]])
        environ = dict(os.environ if self._environ is None else self._environ)
        with self._log_of(name) as log:
            # In a session of its own, Ctrl-C reaches this process alone, which then ends the others in order.
            self._children[name] = subprocess.Popen(
                command, env=environ, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._began[name] = time.monotonic()

    def _log_of(self, name: str) -> AbstractContextManager[BinaryIO | None]:
        return (self._logs / f"{name}.log").open("ab") if self._logs else nullcontext()
