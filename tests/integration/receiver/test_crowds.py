"""Crowds of strangers at the real server: they keep nobody out, and are closed in their time."""

import time
from collections.abc import Callable

import pytest

from tests.support.programs import until
from tests.support.receiver import ReceiverHarness, document
from tests.support.strangers import Crowd, room_for_files
from tests.support.wire import PATH, connections, delivery, request, serving
from webhook_receiver.server import closings
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.timeouts import Timeouts

TINY = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 300
FORGED = request(f"POST {PATH} HTTP/1.1", b"{}", Content_Length="2", X_Timestamp="1706193000") * 100
UNFINISHED = request(f"POST {PATH} HTTP/1.1", b"x" * 1000, Content_Length="60000")
SHORT = Timeouts(silence_seconds=1.0, header_seconds=2.0, request_seconds=3.0, unread_seconds=1.0, idle_seconds=1.0)
FEW = Limits(connections=40, of_one_address=10)
ANYBODY = FEW._replace(is_proxy=lambda _address: False)
"""Limits that also count the connections of this machine."""


@pytest.fixture(autouse=True)
def files() -> None:
    room_for_files(2000)


def statuses(port: int, count: int) -> list[int]:
    """Send *count* deliveries, each on a connection of its own, and return the statuses of the answers."""
    with connections(port) as connect:
        return [connect().send(delivery(document(id=f"honest-{n}"))).response().status for n in range(count)]


# ------------------------------------------------------------------------------------------ who takes all connections


@pytest.mark.parametrize("sent", [b"", b"POST /webh", UNFINISHED, TINY, FORGED])
def test_more_strangers_than_connections_keep_nobody_out(receiver: ReceiverHarness, sent: bytes):
    with serving(receiver.app, Timeouts(), FEW) as (server, port), Crowd(port, 3 * FEW.connections, sent, drip=sent):
        assert statuses(port, 10) == [202] * 10
        assert len(server.active_channels) <= FEW.connections


def test_one_address_has_a_part_of_the_connections(receiver: ReceiverHarness):
    with serving(receiver.app, Timeouts(), ANYBODY) as (server, port), Crowd(port, 30, b"POST", address="127.0.0.2"):
        until(lambda: len(server.active_channels) >= FEW.of_one_address - 2)
        assert statuses(port, 10) == [202] * 10
        assert len(server.active_channels) <= FEW.of_one_address + 10


def test_a_proxy_may_have_all_connections(receiver: ReceiverHarness):
    with serving(receiver.app, Timeouts(), FEW) as (server, port), Crowd(port, 30, b"POST"):
        until(lambda: len(server.active_channels) == 30)


def test_closed_connections_leave_one_line_a_minute(receiver: ReceiverHarness, monkeypatch):
    lines: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr(closings.log, "warning", lambda event, **counts: lines.append((event, counts)))
    with (
        serving(receiver.app, Timeouts(), FEW) as (_, port),
        Crowd(port, 3 * FEW.connections, TINY, drip=TINY) as crowd,
    ):
        until(lambda: crowd.opened > 10 * FEW.connections)
        until(lambda: bool(lines))
    assert [event for event, _ in lines] == ["connections_closed"]
    assert lines[0][1]["room"] >= 1


# --------------------------------------------------------------------------------------------------- who reads nothing


class LongAnswer:
    """An application whose answer is too long for the buffers of a connection."""

    def __call__(self, _environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "8000000")])
        return [b"x" * 8_000_000]


@pytest.mark.parametrize("sent", [TINY[:28], TINY])
def test_who_reads_nothing_of_an_answer_is_closed_whatever_it_sends(sent: bytes):
    with serving(LongAnswer(), SHORT) as (server, port), Crowd(port, 5, sent, drip=sent) as crowd:
        until(lambda: crowd.opened >= 10)
        assert len(server.active_channels) <= 10


def test_who_reads_an_answer_drop_by_drop_is_closed_in_the_end():
    with serving(LongAnswer(), SHORT) as (server, port), connections(port) as connect:
        connection, deadline = connect().send(TINY[:28]), time.monotonic() + 60
        until(lambda: bool(server.active_channels))
        while server.active_channels:
            assert time.monotonic() < deadline
            connection.socket.recv(100)
            time.sleep(0.05)


def test_a_closing_connection_that_is_never_read_ends_in_its_time(receiver: ReceiverHarness):
    with serving(receiver.app, SHORT) as (server, port), Crowd(port, 5, b"nonsense\r\n\r\n", drip=TINY) as crowd:
        until(lambda: crowd.opened >= 15)
        assert len(server.active_channels) <= 10
