"""How long a silent sender, a slow request, an idle connection and a shutdown may last. No other sender waits."""

import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.receiver import ReceiverHarness, document
from tests.support.wire import Connect, chunked_delivery, connections, delivery, is_refused, request, serving
from webhook_receiver.server.adjustments import THREADS
from webhook_receiver.server.timeouts import Timeouts
from worker.ports import Delivery, Receipt

SHORT = Timeouts(silence_seconds=1.0, header_seconds=3.0, request_seconds=3.0, idle_seconds=2.0, shutdown_seconds=3.0)


# ---------------------------------------------------------------------------------------------------- silent senders


def test_a_sender_may_be_silent_for_ten_seconds():
    assert Timeouts().silence_seconds == 10.0


@pytest.mark.parametrize("timeouts", [Timeouts(silence_seconds=60.0, header_seconds=90.0, request_seconds=90.0)])
def test_more_silent_senders_than_threads_do_not_stop_the_receiver(connect: Connect):
    beginnings = [
        b"",
        b"POST",
        delivery(document())[:-1],
        chunked_delivery(document())[:-1],
        delivery(document()).partition(b"\r\n\r\n")[0],
    ]
    silent = [connect().send(beginnings[n % len(beginnings)]) for n in range(10 * THREADS)]
    started_at = time.monotonic()
    assert connect().send(request("GET /healthz HTTP/1.1")).response().status == 200
    with ThreadPoolExecutor(THREADS) as senders:
        statuses = senders.map(lambda n: connect().send(delivery(document(id=str(n)))).response().status, range(40))
        assert set(statuses) == {202}
    assert time.monotonic() - started_at < 30, "they have waited for the silent senders"
    assert silent[2].send(delivery(document())[-1:]).response().status == 202


@pytest.mark.parametrize("timeouts", [SHORT])
@pytest.mark.parametrize(
    "part", [b"", b"POST", b"POST / HTTP/1.1\r\n", delivery(document())[:-1], chunked_delivery(document())[:-7]]
)
def test_a_silent_sender_gets_408(connect: Connect, part: bytes):
    connection = connect().send(part)
    assert connection.response().problem == (408, "request_timeout")
    assert connection.is_closed()


@pytest.mark.parametrize("timeouts", [SHORT._replace(silence_seconds=60.0)])
def test_a_sender_of_single_bytes_gets_408_too(connect: Connect):
    connection = connect()
    started_at = time.monotonic()
    for byte in delivery(document(note="x" * 500)):
        connection.send(bytes([byte]))
        if select.select([connection.socket], [], [], 0.1)[0]:
            break
    assert connection.response().problem == (408, "request_timeout")
    assert SHORT.request_seconds <= time.monotonic() - started_at < 30, "the whole request takes more"


@pytest.mark.parametrize("timeouts", [SHORT._replace(silence_seconds=60.0, header_seconds=60.0)])
def test_an_idle_connection_is_closed_without_a_response(connect: Connect):
    connection = connect().send(request("GET /healthz HTTP/1.1"))
    assert connection.response().status == 200
    assert connection.is_closed()


@pytest.mark.parametrize("timeouts", [SHORT._replace(header_seconds=60.0, request_seconds=60.0)])
def test_a_clock_that_is_set_back_gives_no_silent_sender_more_time(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    connection, now = connect().send(b"POST"), time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    started_at = time.monotonic()
    assert connection.response().problem == (408, "request_timeout")
    assert time.monotonic() - started_at < 30


@pytest.mark.parametrize("timeouts", [SHORT._replace(silence_seconds=30.0, header_seconds=60.0, request_seconds=60.0)])
def test_a_clock_that_is_set_forward_takes_no_time_from_a_sender(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    connection, now = connect().send(b"GET /healthz HTTP/1.1\r\n"), time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    assert not select.select([connection.socket], [], [], 2.5)[0], "the receiver has given up"
    assert connection.send(b"Host: localhost\r\n\r\n").response().status == 200


@pytest.mark.parametrize("timeouts", [SHORT._replace(answer_seconds=60.0)])
def test_a_request_whose_answer_takes_long_gets_no_408(connect: Connect, receiver: ReceiverHarness):
    write, never = receiver.intake.write, threading.Event()

    def write_slowly(delivery: Delivery) -> Receipt:
        never.wait(3)
        return write(delivery)

    receiver.intake.write = write_slowly  # type: ignore[method-assign]
    assert connect().send(delivery(document())).response().status == 202


# ----------------------------------------------------------------------------------------------------------- stopping


def test_a_server_that_stops_answers_what_was_received_and_accepts_no_connection(receiver: ReceiverHarness):
    write, may_go_on = receiver.intake.write, threading.Event()

    def write_late(delivery: Delivery) -> Receipt:
        assert may_go_on.wait(60)
        return write(delivery)

    receiver.intake.write = write_late  # type: ignore[method-assign]
    patient = Timeouts(answer_seconds=60.0, shutdown_seconds=60.0)
    with serving(receiver.app, patient) as (server, port), connections(port) as connect:
        idle = connect()
        waiting = [connect().send(delivery(document(id=str(n)))) for n in range(2 * THREADS)]
        wait_until(lambda: len([c for c in server.active_channels.values() if c.is_busy]) == len(waiting))
        server.stop()
        wait_until(lambda: is_refused(port))
        may_go_on.set()
        assert [connection.response().status for connection in waiting] == [202] * len(waiting)
        assert idle.is_closed()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
