"""The guard of the unit tests refuses processes and sockets."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

FORBIDDEN_CALLS: dict[str, Callable[[], object]] = {
    "socket": socket.socket,
    "connection": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    "process": lambda: subprocess.Popen([sys.executable, "-c", ""]),
    "fork": lambda: os.fork() or os._exit(1),  # a child would go on with the tests
    "shell": lambda: os.system("true"),  # noqa: S605 - it must not run
}


@pytest.mark.parametrize("call", FORBIDDEN_CALLS.values(), ids=FORBIDDEN_CALLS)
def test_a_unit_test_cannot_open_a_socket_or_start_a_process(no_processes_and_sockets, call):
    with pytest.raises(AssertionError, match="it belongs in tests/integration"):
        call()
    assert no_processes_and_sockets.violations.pop().startswith("a unit test ")


def test_an_error_that_the_code_under_test_catches_is_recorded(no_processes_and_sockets):
    with suppress(AssertionError):
        socket.socket()
    assert no_processes_and_sockets.violations == [
        "a unit test opens a socket (socket.__new__): it belongs in tests/integration"
    ]
    no_processes_and_sockets.violations.clear()
