"""A unit test starts no process and opens no socket. A test that does belongs in tests/integration."""

import sys
import threading
from collections.abc import Iterator

import pytest

FORBIDDEN = {
    "socket.__new__": "opens a socket",
    "socket.connect": "connects a socket",
    "socket.bind": "binds a socket",
    "subprocess.Popen": "starts a process",
    "os.fork": "forks",
    "os.forkpty": "forks",
    "os.posix_spawn": "starts a process",
    "os.system": "starts a process",
    "os.exec": "replaces the process",
}
"""The audit events of Python that a unit test must not cause, and what each of them means."""


class Guard:
    """While it is *on*, it refuses forbidden events and records them, because the tested code may catch the error."""

    def __init__(self) -> None:
        self.on = self.is_hooked = False
        self.violations: list[str] = []
        self.older_threads: set[threading.Thread] = set()

    def audit(self, event: str, _arguments: object) -> None:
        if self.on and event in FORBIDDEN and threading.current_thread() not in self.older_threads:
            message = f"a unit test {FORBIDDEN[event]} ({event}): it belongs in tests/integration"
            self.violations.append(message)
            raise AssertionError(message)

    def hook(self) -> None:
        """Hear of audit events from now on. Python cannot remove a hook, so it is added as late as possible.

        CPython 3.11 calls it while a new thread begins to be traced, and then refuses to trace another one.
        """
        if not self.is_hooked:
            sys.addaudithook(self.audit)
            self.is_hooked = True


guard = Guard()


@pytest.fixture(autouse=True)
def no_processes_and_sockets() -> Iterator[Guard]:
    """Fail a test that starts a process or opens a socket."""
    guard.hook()
    # The guard ignores threads that an earlier test of another folder has left running.
    guard.older_threads = {*threading.enumerate()} - {threading.main_thread()}
    guard.violations, guard.on = [], True
    yield guard
    guard.on = False
    assert guard.violations == []
