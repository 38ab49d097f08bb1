"""Silent senders, slow ones, idle connections, and the end: how long each may last, and who does not wait for it."""

import select
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.receiver import Receiver, news
from tests.support.wire import Connect, chunked, delivery, is_refused, lines, request, serving
from webhook_receiver.server.server import Timeouts
from worker.ports import Delivery, Receipt

THREADS = 8
QUICK = Timeouts(silence=1.0, request=3.0, idle=2.0, stop=3.0)


@pytest.fixture
def operator() -> Receiver:
    return Receiver()


@pytest.fixture
def timeout() -> Timeouts:
    return Timeouts()


@pytest.fixture
def connect(operator: Receiver, timeout: Timeouts) -> Iterator[Connect]:
    with serving(operator.app, timeout) as (_, port), lines(port) as connect:
        yield connect


# ---------------------------------------------------------------------------------------------------- silent senders


def test_a_sender_may_be_silent_for_ten_seconds():
    assert Timeouts() == (10.0, 60.0, 75.0, 5.0)


def test_more_silent_senders_than_threads_do_not_stop_the_receiver(connect: Connect):
    wires = [b"", b"POST", delivery(news())[:-1], chunked(news())[:-1], delivery(news()).partition(b"\r\n\r\n")[0]]
    silent = [connect().send(wires[n % len(wires)]) for n in range(10 * THREADS)]
    begun = time.monotonic()
    assert connect().send(request("GET /healthz HTTP/1.1")).reply().status == 200
    with ThreadPoolExecutor(THREADS) as senders:
        answers = senders.map(lambda n: connect().send(delivery(news(id=str(n)))).reply().status, range(40))
        assert set(answers) == {202}
    assert time.monotonic() - begun < 5
    last = silent[2].send(delivery(news())[-1:])
    assert last.reply().status == 202


@pytest.mark.parametrize("patience", [QUICK])
@pytest.mark.parametrize("part", [b"", b"POST", b"POST / HTTP/1.1\r\n", delivery(news())[:-1], chunked(news())[:-7]])
def test_a_silent_sender_is_told_that_its_time_is_over(connect: Connect, part: bytes):
    line = connect().send(part)
    assert line.reply().problem == (408, "request_timeout")
    assert line.is_closed()


@pytest.mark.parametrize("patience", [QUICK])
def test_a_sender_that_drips_is_ended_too(connect: Connect):
    line = connect()
    begun = time.monotonic()
    for byte in delivery(news(note="x" * 500)):
        line.send(bytes([byte]))
        if select.select([line.socket], [], [], 0.1)[0]:
            break
    assert line.reply().problem == (408, "request_timeout")
    assert QUICK.request <= time.monotonic() - begun < 3 * QUICK.request


@pytest.mark.parametrize("patience", [QUICK])
def test_an_idle_connection_is_closed_without_a_word(connect: Connect):
    line = connect().send(request("GET /healthz HTTP/1.1"))
    assert line.reply().status == 200
    assert line.is_closed()


@pytest.mark.parametrize("patience", [QUICK])
def test_a_slow_answer_is_no_silent_sender(connect: Connect, operator: Receiver):
    original, waited = operator.intake.write, threading.Event()

    def slow(delivery: Delivery) -> Receipt:
        waited.wait(3)
        return original(delivery)

    operator.intake.write = slow  # type: ignore[method-assign]
    assert connect().send(delivery(news())).reply().status == 202


# ----------------------------------------------------------------------------------------------------------- stopping


def test_stopping_finishes_all_that_was_received_and_takes_nothing_new(operator: Receiver):
    original, released = operator.intake.write, threading.Event()

    def slow(delivery: Delivery) -> Receipt:
        assert released.wait(10)
        return original(delivery)

    operator.intake.write = slow  # type: ignore[method-assign]
    with serving(operator.app, Timeouts()) as (server, port), lines(port) as connect:
        idle = connect()
        waiting = [connect().send(delivery(news(id=str(n)))) for n in range(2 * THREADS)]
        _await(lambda: len(server.task_dispatcher.queue) == THREADS)
        server.stop()
        _await(lambda: is_refused(port))
        released.set()
        assert [line.reply().status for line in waiting] == [202] * len(waiting)
        assert idle.is_closed()


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
