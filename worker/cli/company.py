"""Company: the processes that `up` and `demo` run side by side, watched, and ended together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence

import structlog

from worker.tether import tethered

log = structlog.get_logger()

STOPS_WITHIN = 30.0
"""Seconds that a process may take to finish its work; then it is killed."""
GLANCE = 0.5
"""Seconds between two looks at who is still there."""
RESTART_PAUSE = 1.0
MOST_RESTARTS = 5
"""A process that ends this often in a row, each time within a minute, is given up."""
STEADY_AFTER = 60.0


class GivenUp(Exception):
    """A process would not stay alive; the message names it."""


class Company:
    """Processes of our own command line, by name. They end when this process does, even by `kill -9`.

    *environ* replaces this process's environment. Use it in the main thread.
    """

    def __init__(self, commands: Mapping[str, Sequence[str]], environ: Mapping[str, str] | None = None) -> None:
        self._commands, self._environ = commands, environ
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._began: dict[str, float] = {}
        self._restarts = dict.fromkeys(commands, 0)

    def start(self) -> None:
        """Start every process."""
        for name in self._commands:
            self._start(name)

    def stay_until(self, signals: Collection[signal.Signals]) -> None:
        """Start all, restart whatever ends, and stop all at one of *signals*; raises `GivenUp`."""
        told_to_stop = threading.Event()
        before = {number: signal.signal(number, lambda *_: told_to_stop.set()) for number in signals}
        try:
            self.start()
            while not told_to_stop.wait(GLANCE):
                self.restart_ended()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def restart_ended(self) -> None:
        """Start again what has ended by itself."""
        for name in [name for name, child in self._children.items() if child.poll() is not None]:
            steady = time.monotonic() - self._began[name] > STEADY_AFTER
            self._restarts[name] = 1 if steady else self._restarts[name] + 1
            code = self._children[name].returncode
            if self._restarts[name] > MOST_RESTARTS:
                raise GivenUp(f"the {name} does not stay alive: it ended with {code}, {MOST_RESTARTS} times in a row")
            log.warning("process_ended", process=name, code=code)
            time.sleep(RESTART_PAUSE)
            self._start(name)

    def stop(self) -> None:
        """Ask every process to finish, wait for it, and kill what does not."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOPS_WITHIN
        for child in self._children.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _start(self, name: str) -> None:
        command = tethered([sys.executable, "-m", "worker.cli", *self._commands[name]])
        # In a session of its own, Ctrl-C reaches this process alone, which then ends the others in order.
        environ = dict(os.environ if self._environ is None else self._environ)
        self._children[name] = subprocess.Popen(command, env=environ, start_new_session=True, stdin=subprocess.DEVNULL)
        self._began[name] = time.monotonic()
