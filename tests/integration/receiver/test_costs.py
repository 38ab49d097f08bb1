"""One stranger at the real server: what it sends or leaves unfinished costs little, and its connection ends."""

import socket
import time
from typing import Any

import pytest

from tests.support.programs import until
from tests.support.receiver import ReceiverHarness, document
from tests.support.strangers import Crowd, room_for_files
from tests.support.wire import PATH, Connection, chunks, connections, delivery, request, serving
from webhook_receiver.server.channel import MAX_REQUESTS
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.reading import BYTES_FOR_A_READ, FREE_READS, PAUSE_SECONDS
from webhook_receiver.server.server import Server
from webhook_receiver.server.timeouts import Timeouts

SHORT = Timeouts(silence_seconds=1.0, header_seconds=2.0, request_seconds=3.0, unread_seconds=1.0, idle_seconds=1.0)

# ---------------------------------------------------------------------------------------------------- who comes to stay


def test_a_connection_has_a_bounded_number_of_requests(receiver: ReceiverHarness, monkeypatch):
    monkeypatch.setattr("webhook_receiver.server.channel.MAX_REQUESTS", 5)
    with serving(receiver.app, Timeouts()) as (_, port), connections(port) as connect:
        connection = connect()
        answers = [connection.send(delivery(document(id=str(n)))).response() for n in range(5)]
        assert [answer.headers["Connection"] for answer in answers] == [None] * 4 + ["close"]
        assert connection.is_closed()
    assert MAX_REQUESTS >= 100


def test_an_old_connection_is_closed_by_its_next_answer(receiver: ReceiverHarness):
    with serving(receiver.app, Timeouts()) as (server, port), connections(port) as connect:
        connection = connect().send(delivery(document(id="1")))
        assert connection.response().headers["Connection"] is None
        server.timeouts = Timeouts(age_seconds=0.0)  # now each one is old
        assert connection.send(delivery(document(id="2"))).response().headers["Connection"] == "close"
        assert connection.is_closed()


def test_empty_lines_keep_no_connection_open(receiver: ReceiverHarness):
    with serving(receiver.app, SHORT) as (_, port), connections(port) as connect:
        connection, started_at = connect(), time.monotonic()
        while not has_answer(connection):
            connection.send(b"\r\n\r\n")
            time.sleep(0.1)
            assert time.monotonic() - started_at < 60
        assert connection.response().problem == (408, "request_timeout")


def has_answer(connection: Connection) -> bool:
    connection.socket.setblocking(False)
    try:
        return bool(connection.socket.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.socket.settimeout(60)


# ------------------------------------------------------------------------------------------------------ what costs much


def test_unfinished_bodies_have_a_bounded_part_of_the_memory(receiver: ReceiverHarness):
    room_for_files(100)
    limits, large = (
        Limits(held_bytes=1_000_000),
        request(f"POST {PATH} HTTP/1.1", b"x" * 50_000, Content_Length="60000"),
    )
    with (
        serving(receiver.app, Timeouts(), limits) as (server, port),
        Crowd(port, 100, large),
        connections(port) as connect,
    ):
        until(lambda: held_bytes(server) > limits.held_bytes // 2)
        for number in range(5):
            assert connect().send(delivery(document(id=str(number)))).response().status == 202
            assert held_bytes(server) <= 1.2 * limits.held_bytes


def held_bytes(server: Server) -> int:
    return sum(channel.held_bytes for channel in list(server.active_channels.values()))


def test_a_body_in_single_bytes_is_refused_early(receiver: ReceiverHarness):
    with serving(receiver.app, Timeouts()) as (_, port), connections(port) as connect:
        raw = request(f"POST {PATH} HTTP/1.1", chunks(b"x" * 10_000, 1), Transfer_Encoding="chunked")
        assert connect().send(raw).response().problem == (400, "bad_request")


def test_a_sender_of_single_bytes_is_read_seldom(receiver: ReceiverHarness, monkeypatch: pytest.MonkeyPatch):
    raw, reads = delivery(document(id="slow", note="x" * 150)), 0
    with serving(receiver.app, Timeouts()) as (server, port), connections(port) as connect:
        connection = connect()
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until(lambda: bool(server.active_channels))
        [channel] = server.active_channels.values()
        received = channel.received

        def count(data: bytes) -> Any:
            nonlocal reads
            reads += 1
            return received(data)

        monkeypatch.setattr(channel, "received", count)
        started_at = time.monotonic()
        for byte in raw:
            connection.send(bytes([byte]))
            time.sleep(0.002)
        assert connection.response().status == 202
        pauses = (time.monotonic() - started_at) / PAUSE_SECONDS
    assert reads <= FREE_READS + len(raw) / BYTES_FOR_A_READ + pauses + 1
