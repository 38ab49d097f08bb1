"""The receiver as processes: starting, stopping, dying; and the same application under a server that is not ours."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.receiver import news
from tests.support.wire import PATH, Connect, chunked, delivery, is_refused, lines, request
from webhook_receiver.server.processes import CannotListen, open_socket

PROGRAM = """
import os, sys
from contextlib import contextmanager
import structlog
from tests.support.receiver import make_app
from webhook_receiver.server.processes import open_socket, serve

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

def say(word, number):
    os.write(1, f"{word} {number}\\n".encode())  # in one piece, whoever else is speaking

@contextmanager
def open_app():
    say("opened", os.getpid())
    yield make_app()
    say("closed", os.getpid())

sock = open_socket("127.0.0.1", 0)
say("port", sock.getsockname()[1])
serve(open_app, sock, max_body=65536, processes=int(sys.argv[1]))
say("ended", os.getpid())
"""
APP = "tests.support.receiver:make_app()"
GUNICORN = ["gunicorn", "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--graceful-timeout", "1"]


class Program:
    """A receiver of *processes* processes; what it says is read line by line."""

    def __init__(self, processes: int) -> None:
        command = [sys.executable, "-c", PROGRAM, str(processes)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
        self.port = self.hears("port")

    def hears(self, word: str) -> int:
        """Wait for the next line that begins with *word*, and return its number; others are passed over."""
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 20)[0]:
            said, _, number = self.process.stdout.readline().decode().partition(" ")
            assert said, "it has ended"
            if said == word:
                return int(number)
        raise AssertionError(f"{word} was never said")

    def event_results(self) -> int:
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
    with lines(port) as connect:
        return connect().send(request("GET /healthz HTTP/1.1")).reply().status == 200


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not (holds := condition()) and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    return holds


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_receiver_that_is_told_to_stop_closes_its_house_and_ends_well(number: signal.Signals, processes: int):
    with program(processes) as running:
        houses = {running.hears("opened") for _ in range(processes)}
        assert is_alive(running.port)
        running.process.send_signal(number)
        assert {running.hears("closed") for _ in range(processes)} == houses
        assert running.hears("ended") == running.process.pid
        assert running.event_results() == 0
        assert is_refused(running.port)


def test_several_processes_open_nothing_before_their_birth_and_the_dead_are_replaced():
    with program(2) as running:
        first, second = running.hears("opened"), running.hears("opened")
        assert running.process.pid not in {first, second}
        os.kill(first, signal.SIGKILL)
        assert is_alive(running.port)
        assert running.hears("opened") not in {first, second}
        running.process.terminate()
        assert running.event_results() == 0


def test_children_whose_parent_is_gone_leave_the_port():
    with program(2) as running:
        running.hears("opened")
        running.hears("opened")
        running.process.kill()
        assert eventually(lambda: is_refused(running.port))


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", "Address already in use"), ("203.0.113.1", "Cannot assign")])
def test_an_address_that_cannot_be_had_is_told_in_one_sentence(host: str, why: str):
    with open_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"^Cannot listen on {host}:{port}: {why}[^.]*\.$"):
            open_socket(host, port)


@pytest.mark.parametrize("first", [socket.AF_INET6, socket.AF_INET])
def test_localhost_is_where_a_proxy_looks_that_asks_127_0_0_1(first: socket.AddressFamily, monkeypatch):
    addresses = {socket.AF_INET6: ("::1", 0, 0, 0), socket.AF_INET: ("127.0.0.1", 0)}
    found = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in addresses.items()]
    found.sort(key=lambda entry: entry[0] != first)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with open_socket("localhost", 0) as sock:
        monkeypatch.undo()
        socket.create_connection(("127.0.0.1", sock.getsockname()[1]), timeout=5).close()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_all_addresses_of_ipv6_are_those_of_ipv4_too():
    with open_socket("::", 0) as sock:
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, sock.getsockname()[1]), timeout=5).close()
    with open_socket("::1", 0) as sock, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sock.getsockname()[1]), timeout=5)


# -------------------------------------------------------------------------------------------------- another server


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The same application under gunicorn, whose threads read the bodies themselves."""
    pytest.importorskip("gunicorn", reason="gunicorn is not installed: the application was not tried under it")
    with socket.create_server(("127.0.0.1", 0)) as sock:
        command = [sys.executable, "-m", *GUNICORN, "--bind", f"fd://{sock.fileno()}", APP]
        process = subprocess.Popen(command, pass_fds=[sock.fileno()], stderr=subprocess.DEVNULL)
        try:
            yield sock.getsockname()[1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def connect(elsewhere: int) -> Iterator[Connect]:
    with lines(elsewhere) as connect:
        yield connect


def test_elsewhere_honest_deliveries_are_accepted_too(connect: Connect):
    assert connect().send(delivery(news(id="1"))).reply().status == 202
    assert connect().send(chunked(news(id="2"))).reply().status == 202
    assert connect().send(delivery(news(id="3"), PATH + "?a=%20")).reply().status == 202
    assert connect().send(delivery(news(id="4"), "/webhooks/%63ourier")).reply().status == 202
    assert connect().send(delivery(b"\xff")).reply().told["reason"] == "bad_text"


@pytest.mark.parametrize("body", [b"x" * 65_537, b"x" * 200_000])
def test_elsewhere_a_body_over_the_limit_is_413(connect: Connect, body: bytes):
    assert connect().send(delivery(body)).reply().problem == (413, "payload_too_large")
    assert connect().send(chunked(body, size=8192)).reply().problem == (413, "payload_too_large")


@pytest.mark.parametrize(
    "coded",
    [b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"5\r\nab", b"3\r\nabc\r\n", b"3\r\nabc\r\n0\r\nX\r\n\r\n"],
)
def test_elsewhere_broken_and_truncated_chunks_are_a_bad_request(connect: Connect, coded: bytes):
    line = connect().send(request(f"POST {PATH} HTTP/1.1", coded, Transfer_Encoding="chunked"))
    line.socket.shutdown(socket.SHUT_WR)
    assert line.reply().problem == (400, "bad_request")


def test_elsewhere_a_truncated_body_is_a_bad_request(connect: Connect):
    line = connect().send(delivery(news())[:-10])
    line.socket.shutdown(socket.SHUT_WR)
    assert line.reply().problem == (400, "bad_request")


@pytest.mark.parametrize("target", ["//webhooks/courier", "/webhooks//courier", "/webhooks/courier/", "/webhooks/%00"])
def test_elsewhere_odd_targets_are_not_found(connect: Connect, target: str):
    assert connect().send(delivery(news(), target)).reply().problem[0] == 404


def test_elsewhere_headers_of_any_bytes_and_doubled_ones_are_believed_never(connect: Connect):
    odd = request(f"POST {PATH} HTTP/1.1", X_Awal_Signature_256="\xff\xfe", X_Timestamp="\xb2", Content_Length="0")
    assert connect().send(odd).reply().problem == (401, "unauthenticated")
    wire = delivery(news())
    stamp = next(line for line in wire.split(b"\r\n") if line.startswith(b"X-Timestamp"))
    assert connect().send(wire.replace(stamp, stamp + b"\r\n" + stamp)).reply().problem == (401, "unauthenticated")
