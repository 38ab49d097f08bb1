"""The receiver as processes: starting, stopping, dying."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.wire import connections, is_refused, request

PROGRAM = """
import os, sys
from contextlib import contextmanager
import structlog
from tests.support.receiver import make_app
from webhook_receiver.server.processes import open_socket, serve
from worker.domain.errors import StoreUnavailable

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

def report(event, number):
    os.write(1, f"{event} {number}\\n".encode())  # in one piece, because several processes write

@contextmanager
def open_app():
    report("opened", os.getpid())
    if os.path.exists(sys.argv[2]):
        raise StoreUnavailable("the database does not answer")
    yield make_app()
    report("closed", os.getpid())

sock = open_socket("127.0.0.1", 0)
report("port", sock.getsockname()[1])
serve(open_app, sock, max_body=65536, processes=int(sys.argv[1]))
report("ended", os.getpid())
"""


class Program:
    """A receiver of *processes* processes. It reports its events line by line.

    It cannot open its database while the file *away* exists.
    """

    def __init__(self, processes: int, away: Path = Path("/no/such/file"), log: IO[bytes] | None = None) -> None:
        command = [sys.executable, "-c", PROGRAM, str(processes), str(away)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, bufsize=0)
        self.port = self.wait_for("port")

    def wait_for(self, event: str) -> int:
        """Wait for the next report of *event* and return its number. Other reports are skipped."""
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 60)[0]:
            reported, _, number = self.process.stdout.readline().decode().partition(" ")
            assert reported, "the program has ended"
            if reported == event:
                return int(number)
        raise AssertionError(f"{event} was never reported")

    def exit_code(self) -> int:
        return self.process.wait(60)


@contextmanager
def program(processes: int, *arguments: Any) -> Iterator[Program]:
    running = Program(processes, *arguments)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        assert running.process.stdout is not None
        running.process.stdout.close()


def is_alive(port: int) -> bool:
    with connections(port) as connect:
        return connect().send(request("GET /healthz HTTP/1.1")).response().status == 200


def has_taken_sigterm(pid: int) -> bool:
    """Tell whether a process has taken its SIGTERM: it is not pending any more."""
    status = Path(f"/proc/{pid}/status").read_text()
    pending = next(line for line in status.splitlines() if line.startswith("ShdPnd"))
    return not int(pending.split()[1], 16) & 1 << (signal.SIGTERM - 1)


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not (holds := condition()) and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    return holds


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_receiver_that_gets_a_stop_signal_closes_its_application_and_exits_with_0(
    number: signal.Signals, processes: int
):
    with program(processes) as running:
        opened = {running.wait_for("opened") for _ in range(processes)}
        assert is_alive(running.port)
        running.process.send_signal(number)
        assert {running.wait_for("closed") for _ in range(processes)} == opened
        assert running.wait_for("ended") == running.process.pid
        assert running.exit_code() == 0
        assert is_refused(running.port)


def test_a_second_signal_ends_a_receiver_of_several_processes_at_once():
    with program(2) as running:
        children = [running.wait_for("opened") for _ in range(2)]
        for child in children:
            os.kill(child, signal.SIGSTOP)  # they cannot end by themselves
        running.process.terminate()
        assert eventually(lambda: has_taken_sigterm(running.process.pid))
        running.process.terminate()
        assert running.process.wait(20) == 0  # they are killed after 30 s


def test_only_the_children_open_the_application_and_a_dead_child_is_replaced():
    with program(2) as running:
        first, second = running.wait_for("opened"), running.wait_for("opened")
        assert running.process.pid not in {first, second}
        os.kill(first, signal.SIGKILL)
        assert is_alive(running.port)
        assert running.wait_for("opened") not in {first, second}
        running.process.terminate()
        assert running.exit_code() == 0


def test_children_whose_parent_has_died_leave_the_port():
    with program(2) as running:
        running.wait_for("opened")
        running.wait_for("opened")
        running.process.kill()
        assert eventually(lambda: is_refused(running.port))


def test_a_process_that_starts_while_the_database_is_away_says_so_in_one_line_and_is_replaced(tmp_path: Path):
    away, log = tmp_path / "away", tmp_path / "log"
    away.touch()
    with log.open("wb") as stderr, program(2, away, stderr) as running:
        for _ in range(2):
            running.wait_for("opened")
        assert eventually(lambda: log.read_text().count("receiver_process_died") >= 1)
        away.unlink()
        assert eventually(lambda: is_alive(running.port))
    lines = [line for line in log.read_text().splitlines() if "receiver_process_failed" in line]
    assert lines
    assert all("the database does not answer" in line for line in lines)
    assert "Traceback" not in log.read_text()
