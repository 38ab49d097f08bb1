"""Requests that wait for a slow database: they take a bounded room, and no other sender has trouble with them."""

import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.programs import until
from tests.support.receiver import ReceiverHarness, document
from tests.support.wire import PATH, Connection, connections, delivery, request, serving
from webhook_receiver.server.channel import Channel
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.server import Server
from webhook_receiver.server.timeouts import Timeouts

SHORT = Timeouts(answer_seconds=1.0)
"""For answers that come too late."""
PATIENT = Timeouts(answer_seconds=60.0)
"""For those that come in time, also on a busy machine."""


class SlowApp:
    """An application that makes as many answers as `permits` allow. It notes which of its answers were closed."""

    def __init__(self) -> None:
        self.begun, self.permits = threading.Event(), threading.Semaphore(0)
        self.calls, self.closed = 0, list[int]()

    def __call__(self, _environ: Any, start_response: Any) -> "SlowAnswer":
        self.calls += 1
        return SlowAnswer(self, self.calls, start_response)


class SlowAnswer:
    """An answer, which is made when the server asks for its first piece."""

    def __init__(self, app: SlowApp, number: int, start_response: Any) -> None:
        self.app, self.number, self.start_response = app, number, start_response

    def __iter__(self) -> Iterator[bytes]:
        self.app.begun.set()
        assert self.app.permits.acquire(timeout=60)
        self.start_response("200 OK", [("Content-Length", "2")])
        yield b"ok"

    def close(self) -> None:
        self.app.closed.append(self.number)


@pytest.fixture
def app() -> SlowApp:
    return SlowApp()


def large(size: int = 50_000) -> bytes:
    """Return a whole delivery, which nobody has signed."""
    return request(f"POST {PATH} HTTP/1.1", b"x" * size, Content_Length=str(size))


def held_bytes(server: Server) -> int:
    return sum(channel.held_bytes for channel in open_channels(server))


def open_channels(server: Server) -> list[Channel]:
    return [*server.active_channels.values()]


def channel_of(server: Server, connection: Connection) -> Channel:
    """Return the other end of *connection*, after it is accepted."""
    port = connection.socket.getsockname()[1]
    [channel] = until(lambda: [channel for channel in open_channels(server) if channel.addr[1] == port])
    return channel


def test_whole_requests_that_wait_have_a_bounded_part_of_the_memory(app: SlowApp):
    limits = Limits(held_bytes=1_000_000)
    with serving(app, PATIENT, limits) as (server, port), connections(port) as connect:
        first = connect().send(delivery(document()))
        assert app.begun.wait(60)
        waiting = []
        for _ in range(60):
            waiting.append(connect().send(large()))
            until(lambda: channel_of(server, waiting[-1]).requests)
            assert held_bytes(server) <= 1.2 * limits.held_bytes
        app.permits.release(100)
        assert first.response().status == 200
        statuses = [one.response().status for one in waiting]
    assert set(statuses) == {200, 503}
    assert 10 < statuses.count(200) < 30


def test_a_request_that_is_late_is_forgotten_while_the_database_still_hangs(app: SlowApp):
    with serving(app, SHORT) as (server, port), connections(port) as connect:
        first = connect().send(delivery(document()))
        assert app.begun.wait(60)
        for _ in range(2):
            waiting = [connect().send(large()) for _ in range(10)]
            assert [one.response().status for one in waiting] == [503] * 10
            assert held_bytes(server) <= len(delivery(document()))
        assert first.response().status == 503
        until(lambda: not server.active_channels)
        until(lambda: server.waiting == 0, what="no connection that is closed waits for the application")
        server.timeouts = PATIENT
        app.permits.release(100)
        assert connect().send(large()).response().status == 200
    assert app.calls == 2


def test_an_answer_that_nobody_asks_for_is_closed(app: SlowApp):
    """PEP 3333: a server closes each answer of the application, however the request ends."""
    with serving(app, PATIENT) as (server, port), connections(port) as connect:
        first = connect().send(delivery(document()))
        assert app.begun.wait(60)
        group = [connect().send(delivery(document())) for _ in range(3)]
        until(lambda: server.waiting == 3)
        app.permits.release()
        assert first.response().status == 200
        until(lambda: app.calls == 4)
        for one in group:
            channel_of(server, one)._late_at = 0.0  # noqa: SLF001 - as if they had waited long
        assert [one.response().status for one in group] == [503] * 3
        app.permits.release(100)
    assert sorted(app.closed) == [1, 2, 3, 4]


def test_an_answer_that_ends_while_the_503_is_made_harms_nobody(app: SlowApp, monkeypatch: pytest.MonkeyPatch):
    claim, reading = Channel.claim_answer, threading.Event()

    def claim_and_wait(channel: Channel) -> bool:
        is_first = claim(channel)
        if is_first and not reading.is_set():  # the thread that reads is about to answer 503
            reading.set()
            app.permits.release(100)
            until(lambda: not channel.requests)
        return is_first

    monkeypatch.setattr(Channel, "claim_answer", claim_and_wait)
    with serving(app, SHORT) as (server, port), connections(port) as connect:
        late = connect().send(delivery(document()))
        assert late.response().status == 503
        assert late.stream.read() == b""
        server.timeouts = PATIENT
        assert connect().send(delivery(document())).response().status == 200


def test_a_defect_at_one_connection_closes_that_one_alone(receiver: ReceiverHarness, monkeypatch: pytest.MonkeyPatch):
    with serving(receiver.app, Timeouts()) as (server, port), connections(port) as connect:
        broken, other = connect(), connect()
        channel = channel_of(server, broken)
        monkeypatch.setattr(channel, "check_timeouts", lambda *_: math.sqrt(-1))
        assert broken.is_closed()
        assert other.send(delivery(document())).response().status == 202


def test_a_closed_connection_is_sent_nothing(receiver: ReceiverHarness):
    """Its number may be that of a new connection already."""
    with serving(receiver.app, Timeouts(shutdown_seconds=0.1)) as (server, port), connections(port) as connect:
        connect()
        until(lambda: bool(server.active_channels))
        [channel] = server.active_channels.values()
        channel.writable = lambda: False  # the thread that reads would send it
        channel.write_soon(b"answer")
        sent = list[bytes]()
        channel.send = lambda data, **_: sent.append(data)
        channel.connected = False
        channel.send_now()
    assert not sent
