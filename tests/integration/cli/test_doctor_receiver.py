"""How the doctor asks the receiver: it takes no other program for one, and never waits for long."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.support.receiver import ReceiverHarness
from worker.application.doctor.receiver import MAX_ANSWER, ask
from worker.operations.doctor.receiver import Ready, Unanswered
from worker.settings import Address

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@contextmanager
def server(answer: Callable[[socket.socket], object]) -> Iterator[tuple[Address, list[bytes]]]:
    """Yield the address of a server that answers one request by *answer*, and the requests that it got."""
    requests: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with closing(connection):
                requests.append(connection.recv(MAX_ANSWER))
                try:
                    answer(connection)
                except OSError:
                    return  # the client has gone

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Address("127.0.0.1", listener.getsockname()[1]), requests
        thread.join(60)


def answered(body: bytes) -> Ready | Unanswered:
    with server(lambda connection: connection.sendall(body)) as (address, _):
        return ask(address, "")


def test_a_receiver_tells_its_parts_to_the_bearer_of_the_token():
    body = b'{"status": "ready", "database": "ok", "broker": "unavailable", "more": 1}'
    with server(lambda connection: connection.sendall(HEAD + body)) as (address, requests):
        assert ask(address, "a-token") == Ready(is_ready=True, parts={"database": "ok", "broker": "unavailable"})
    assert requests[0].startswith(b"GET /readyz HTTP/1.0\r\n")
    assert b"Authorization: Bearer a-token\r\n" in requests[0]


@pytest.mark.parametrize("database", ["ok", "unavailable"])
def test_the_real_answer_of_a_receiver_is_understood(database: str):
    page = ReceiverHarness(token="", parts={"database": database, "broker": "ok"}).app.test_client().get("/readyz")
    result = answered(f"HTTP/1.1 {page.status}\r\n\r\n".encode() + page.data)
    assert isinstance(result, Ready)
    assert result.is_ready is (database == "ok")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"SSH-2.0-x\r\n",
        HEAD + b"<html>",
        HEAD + b"[]",
        HEAD + b'{"status": "ok"}',
        HEAD + b"[" * 60_000,
        b"x" * 99_999,
    ],
)
def test_another_program_is_not_taken_for_a_receiver(body: bytes):
    assert answered(body) is Unanswered.FOREIGN


def test_nobody_listens():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = Address("127.0.0.1", listener.getsockname()[1])
    assert ask(address, "") is Unanswered.REFUSED


def test_a_server_that_never_ends_its_answer_is_silent():
    may_end = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not may_end.wait(0.01):
            connection.sendall(b"x")

    with server(drip) as (address, _):
        assert ask(address, "", timeout_seconds=0.2) is Unanswered.SILENT
        may_end.set()
    with server(lambda _: may_end.wait(60)) as (address, _):
        may_end.clear()
        assert ask(address, "", timeout_seconds=0.2) is Unanswered.SILENT
        may_end.set()


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid"])
def test_another_machine_is_not_asked_and_gets_no_token(host: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was asked"))
    assert ask(Address(host, 8000), "a-token") is Unanswered.NOT_LOCAL
