"""The receiver as processes: starting, stopping, dying."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.wire import connections, is_refused, request

PROGRAM = """
import os, sys
from contextlib import contextmanager
import structlog
from tests.support.receiver import make_app
from webhook_receiver.server.processes import open_socket, serve

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

def report(event, number):
    os.write(1, f"{event} {number}\\n".encode())  # in one piece, because several processes write

@contextmanager
def open_app():
    report("opened", os.getpid())
    yield make_app()
    report("closed", os.getpid())

sock = open_socket("127.0.0.1", 0)
report("port", sock.getsockname()[1])
serve(open_app, sock, max_body=65536, processes=int(sys.argv[1]))
report("ended", os.getpid())
"""


class Program:
    """A receiver of *processes* processes. It reports its events line by line."""

    def __init__(self, processes: int) -> None:
        command = [sys.executable, "-c", PROGRAM, str(processes)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
        self.port = self.wait_for("port")

    def wait_for(self, event: str) -> int:
        """Wait for the next report of *event* and return its number. Other reports are skipped."""
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 20)[0]:
            reported, _, number = self.process.stdout.readline().decode().partition(" ")
            assert reported, "the program has ended"
            if reported == event:
                return int(number)
        raise AssertionError(f"{event} was never reported")

    def exit_code(self) -> int:
        return self.process.wait(20)


@contextmanager
def program(processes: int) -> Iterator[Program]:
    running = Program(processes)
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


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
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
