"""The same application under gunicorn, whose threads read the bodies themselves."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.receiver import document
from tests.support.wire import PATH, Connect, chunked_delivery, connections, delivery, request

APP = "tests.support.receiver:make_app()"
GUNICORN = ["gunicorn", "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--graceful-timeout", "1"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port on which gunicorn serves the application."""
    pytest.importorskip("gunicorn", reason="gunicorn is not installed: the application was not tried under it")
    with socket.create_server(("127.0.0.1", 0)) as sock:
        command = [sys.executable, "-m", *GUNICORN, "--bind", f"fd://{sock.fileno()}", APP]
        process = subprocess.Popen(command, pass_fds=[sock.fileno()], stderr=subprocess.DEVNULL)
        try:
            yield sock.getsockname()[1]
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    with connections(port) as connect:
        yield connect


def test_deliveries_are_accepted(connect: Connect):
    assert connect().send(delivery(document(id="1"))).response().status == 202
    assert connect().send(chunked_delivery(document(id="2"))).response().status == 202
    assert connect().send(delivery(document(id="3"), PATH + "?a=%20")).response().status == 202
    assert connect().send(delivery(document(id="4"), "/webhooks/%63ourier")).response().status == 202
    assert connect().send(delivery(document(id="5"), PATH + "/")).response().status == 202
    absolute = delivery(document(id="6")).replace(b"POST /", b"POST http://localhost/", 1)
    assert connect().send(absolute).response().status == 202
    assert connect().send(delivery(b"\xff")).response().json["reason"] == "bad_text"


@pytest.mark.parametrize("body", [b"x" * 65_537, b"x" * 200_000])
def test_a_body_over_the_limit_is_413(connect: Connect, body: bytes):
    assert connect().send(delivery(body)).response().problem == (413, "payload_too_large")
    assert connect().send(chunked_delivery(body, size=8192)).response().problem == (413, "payload_too_large")


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"5\r\nab", b"3\r\nabc\r\n", b"3\r\nabc\r\n0\r\nX\r\n\r\n"],
)
def test_broken_and_truncated_chunks_are_a_bad_request(connect: Connect, chunks: bytes):
    connection = connect().send(request(f"POST {PATH} HTTP/1.1", chunks, Transfer_Encoding="chunked"))
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.response().problem == (400, "bad_request")


def test_a_truncated_body_is_a_bad_request(connect: Connect):
    connection = connect().send(delivery(document())[:-10])
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.response().problem == (400, "bad_request")


@pytest.mark.parametrize("target", ["//webhooks/courier", "/webhooks//courier", "/webhooks/courier//", "/webhooks/%00"])
def test_strange_targets_are_not_found(connect: Connect, target: str):
    assert connect().send(delivery(document(), target)).response().problem[0] == 404


def test_strange_and_repeated_headers_are_refused(connect: Connect):
    strange = request(f"POST {PATH} HTTP/1.1", X_Awal_Signature_256="\xff\xfe", X_Timestamp="\xb2", Content_Length="0")
    assert connect().send(strange).response().problem == (401, "unauthenticated")
    raw = delivery(document())
    header = next(line for line in raw.split(b"\r\n") if line.startswith(b"X-Timestamp"))
    assert connect().send(raw.replace(header, header + b"\r\n" + header)).response().problem == (401, "unauthenticated")
