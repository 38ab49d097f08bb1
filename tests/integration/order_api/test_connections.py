"""A connection is used by one call at a time, again by the next one, and not when it may be closed."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Event, Thread

import httpcore
import pytest

from tests.integration.order_api.calling import PATIENT, failure, http, send
from tests.support.programs import until
from worker.order_api.http import connections
from worker.order_api.http.client import Client
from worker.order_api.http.deadlines import deadline
from worker.order_api.http.network import _Stream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Keeps its connections open. It answers with the path that was asked for."""

    def __init__(self):
        self.accepted: list[object] = []
        self.ended, self.together = Event(), Barrier(1)
        server = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                server.accepted.append(self.client_address)

            def finish(self):
                super().finish()
                server.ended.set()

            def do_GET(self):
                server.together.wait(60)
                self.send_response(200)
                self.send_header("Content-Length", str(len(self.path)))
                self.end_headers()
                self.wfile.write(self.path.encode())

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    yield from _running()


@pytest.fixture
def other() -> Iterator[Server]:
    yield from _running()


def _running() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def test_calls_one_after_another_share_a_connection(client, server):
    assert [send(client, f"{server.url}/{number}").body for number in range(5)] == [b"/0", b"/1", b"/2", b"/3", b"/4"]
    assert len(server.accepted) == 1


def test_calls_at_a_time_have_connections_of_their_own_and_leave_them_to_the_next(client, server):
    server.together = Barrier(8)  # no call is answered before all of them have come
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            paths = [f"/{number}" for number in range(8)]
            answers = list(pool.map(lambda path: send(client, server.url + path).body.decode(), paths))
            assert answers == paths
    assert len(server.accepted) == 8


def test_threads_that_share_connections_never_mix_up_their_answers(client, server):
    def call(number):
        return send(client, f"{server.url}/{number}").body == f"/{number}".encode()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(400)))
    assert len(server.accepted) <= 8


def test_a_connection_that_was_idle_too_long_is_not_used_again(client, server, other, monkeypatch):
    send(client, other.url)  # which looks for idle connections, so that the next call does not
    monkeypatch.setattr(connections, "IDLE_SECONDS", -1.0)
    for _ in range(2):
        send(client, server.url)
    assert len(server.accepted) == 2


def test_a_connection_that_was_idle_too_long_is_closed_by_a_call_to_any_server(client, server, other, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", -1.0)
    send(client, server.url)
    send(client, other.url)
    assert server.ended.wait(60)


def test_a_connection_that_the_server_has_closed_is_not_used_again(client, other):
    send(client, other.url)  # which looks for closed connections, so that the next call does not
    closed = Event()

    def serve():
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(OK)
            closed.set()

    with socket.create_server(("127.0.0.1", 0)) as listener, _in_thread(serve):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        send(client, url)
        assert closed.wait(60)
        assert send(client, url).status == 200


def test_a_connection_with_an_answer_that_nobody_has_asked_for_is_not_used_again(client, peer):
    peer.answers(OK + OK.replace(b"200", b"404"))
    assert [send(client, peer.url).status for _ in range(2)] == [200, 200]
    assert len(peer.requests) == 2


def test_a_connection_whose_answer_was_not_read_to_its_end_is_not_used_again(client, peer):
    peer.answers(http(b"x" * 2_000_000).replace(b"Connection: close\r\n", b""))
    failure(client, peer.url)
    peer.answers(OK)
    assert send(client, peer.url).body == b"{}"


def test_a_failed_call_leaves_no_connection_open(quick, peer):
    closed = Event()

    def fall_silent(connection):
        connection.sendall(OK[:-1])
        if connection.recv(1) == b"":
            closed.set()

    peer.script = fall_silent
    # On a busy machine, a call may end before its request is sent.
    until(lambda: failure(quick, peer.url) and closed.wait(1), what="the peer sees the end of a connection")


def test_a_client_that_is_closed_closes_its_connections(server):
    with Client(PATIENT) as client:
        send(client, server.url)
    assert server.ended.wait(60)


def test_head_and_body_of_a_request_leave_together():
    with _stream() as (stream, far), deadline(60):
        far.send(b"answer")
        stream.write(b"head")
        stream.write(b"body")
        assert stream.read(65_536) == b"answer"
        assert far.recv(65_536) == b"headbody"


def test_the_answer_of_a_server_that_closes_before_it_has_the_whole_request_counts():
    with _stream() as (stream, far), deadline(60):
        far.send(b"answer")
        far.close()
        stream.write(b"head")
        assert stream.read(65_536) == b"answer"


@contextmanager
def _stream() -> Iterator[tuple[httpcore.NetworkStream, socket.socket]]:
    """Yield one end of a connection as a stream, and the other end, which receives each packet by itself."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far:
        yield _Stream(near), far


@contextmanager
def _in_thread(serve) -> Iterator[None]:
    thread = Thread(target=serve)
    thread.start()
    yield
    thread.join()
