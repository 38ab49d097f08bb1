"""A slow database delays answers, and nothing else: reading and the pages go on, and nobody waits too long."""

import logging
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from tests.support.programs import until
from tests.support.receiver import ReceiverHarness, document
from tests.support.wire import (
    PATH,
    Connect,
    Connection,
    chunked_delivery,
    connections,
    delivery,
    request,
    serving,
)
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.server.answering import MAX_GROUP
from webhook_receiver.server.channel import Channel
from webhook_receiver.server.server import POLL_SECONDS
from webhook_receiver.server.timeouts import Timeouts
from worker.ports import Delivery, Receipt

SHORT = Timeouts(answer_seconds=1.0)
"""For answers that come too late."""
PATIENT = Timeouts(answer_seconds=60.0)
"""For those that come in time, also on a busy machine."""


class Slow(ReceiverHarness):
    """A receiver whose database writes nothing before `goes_on` is set."""

    def hold(self) -> None:
        self.goes_on, self.begun, write = threading.Event(), threading.Event(), self.intake.write

        def write_late(delivery: Delivery) -> Receipt:
            self.begun.set()
            assert self.goes_on.wait(60)
            return write(delivery)

        self.intake.write = write_late  # type: ignore[method-assign]


@pytest.fixture
def receiver() -> Slow:
    return Slow()


@pytest.fixture
def timeouts() -> Timeouts:
    return SHORT


@pytest.fixture
def held(receiver: Slow, connect: Connect) -> Iterator[Slow]:
    """A receiver whose database writes nothing before the test ends. Then its server stops at once."""
    receiver.hold()
    yield receiver
    receiver.goes_on.set()


def sent(connect: Connect, key: str) -> Connection:
    return connect().send(delivery(document(id=key)))


def test_a_sender_waits_less_than_five_seconds():
    assert Timeouts().answer_seconds + POLL_SECONDS < 5.0


def test_a_slow_database_gives_503_to_the_group_and_to_all_that_wait_behind_it(held: Slow, connect: Connect):
    first = sent(connect, "0")
    assert held.begun.wait(60)
    waiting = [first, *(sent(connect, str(number)) for number in range(1, MAX_GROUP + 10))]
    for connection in waiting:
        response = connection.response()
        assert response.problem == (503, "database_unavailable")
        assert (int(response.headers["Retry-After"]) > 0, response.headers["Connection"]) == (True, "close")
        assert connection.is_closed()
    assert not held.goes_on.is_set(), "the answers have waited for the database"


def test_late_deliveries_may_be_sent_again_and_none_has_two_answers(receiver: Slow):
    receiver.hold()
    with serving(receiver.app, SHORT) as (server, port), connections(port) as connect:
        late = [sent(connect, str(number)) for number in range(3)]
        assert [one.response().status for one in late] == [503] * 3
        server.timeouts = PATIENT
        receiver.goes_on.set()
        again = [sent(connect, str(number)).response().json["status"] for number in range(4)]
        assert [one.stream.read() for one in late] == [b""] * 3
    written = again.count("duplicate")  # the first, and those that had come when it was taken
    assert 1 <= written <= 3
    assert again == ["duplicate"] * written + ["accepted"] * (4 - written)


def test_an_answer_that_comes_after_the_503_is_dropped(held: Slow, connect: Connect, monkeypatch: pytest.MonkeyPatch):
    claims, claim = list[bool](), Channel.claim_answer

    def noted(channel: Channel) -> bool:
        claims.append(claim(channel))
        return claims[-1]

    monkeypatch.setattr(Channel, "claim_answer", noted)
    assert sent(connect, "0").response().status == 503
    held.goes_on.set()
    until(lambda: len(claims) == 2)
    assert claims == [True, False]


def test_an_answer_that_is_dropped_leaves_no_line(held: Slow, connect: Connect, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert sent(connect, "0").response().status == 503
    held.goes_on.set()
    until(lambda: sent(connect, "1").response().status in {200, 202})
    assert [record.getMessage() for record in caplog.records if record.name.startswith("waitress")] == []


def test_a_slow_database_delays_neither_reading_nor_healthz_nor_refusals(held: Slow, connect: Connect):
    connection = sent(connect, "0")
    assert held.begun.wait(60)
    for _ in range(20):
        assert connect().send(request("GET /healthz HTTP/1.1")).response().status == 200
        assert connect().send(b"nonsense\r\n\r\n").response().problem == (400, "bad_request")
    assert connection.response().status == 503


def test_every_form_of_http_is_answered_in_a_group(receiver: Slow):
    receiver.hold()
    with serving(receiver.app, PATIENT) as (server, port), connections(port) as connect:
        first = sent(connect, "first")
        assert receiver.begun.wait(60)
        old = connect().send(delivery(document(id="1.0")).replace(b"HTTP/1.1", b"HTTP/1.0"))
        chunked = connect().send(chunked_delivery(document(id="chunked")))
        expecting = delivery(document(id="expecting"), Expect="100-continue").partition(b"\r\n\r\n")
        waited = connect().send(b"".join(expecting[:2]))
        assert waited.stream.readline().startswith(b"HTTP/1.1 100 ")
        assert waited.stream.readline() == b"\r\n"
        waited.send(expecting[2])
        twice = connect().send(delivery(document(id="pipelined")) * 2)
        head = connect().send(request(f"HEAD {PATH} HTTP/1.1"))
        until(lambda: server.waiting == 5)
        receiver.goes_on.set()
        assert [one.response().status for one in (first, old, chunked, waited, twice)] == [202] * 5
        assert (old.is_closed(), twice.is_closed()) == (True, True)
        assert head.stream.readline().split()[1] == b"405"
        assert b"".join(iter(head.stream.readline, b"\r\n"))
        for kept in (first, chunked, waited, head):
            assert kept.send(delivery(document(id="again"))).response().status in {200, 202}


def test_a_sender_that_goes_away_harms_nobody_of_its_group(receiver: Slow):
    receiver.hold()
    with serving(receiver.app, PATIENT) as (server, port), connections(port) as connect:
        first = sent(connect, "first")
        assert receiver.begun.wait(60)
        before, gone, after = (sent(connect, key) for key in ("before", "gone", "after"))
        until(lambda: server.waiting == 3)
        gone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it is reset
        gone.close()
        receiver.goes_on.set()
        assert [one.response().status for one in (first, before, after)] == [202] * 3
        assert sent(connect, "gone").response().json["status"] == "duplicate"


def test_a_sender_that_resets_its_last_request_leaves_no_line(receiver: Slow, caplog: pytest.LogCaptureFixture):
    receiver.hold()
    with serving(receiver.app, PATIENT) as (server, port), connections(port) as connect:
        first = sent(connect, "first")
        assert receiver.begun.wait(60)
        gone = [connect().send(delivery(document(id=f"gone {n}"), Connection="close")) for n in range(20)]
        until(lambda: server.waiting == len(gone))
        for one in gone:
            one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        receiver.goes_on.set()
        assert first.response().status == 202
        until(lambda: len(server.active_channels) == 1)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("waitress")] == []


def test_a_server_that_stops_gives_the_senders_of_a_slow_database_their_answers(receiver: Slow):
    receiver.hold()
    with serving(receiver.app, SHORT) as (server, port), connections(port) as connect:
        waiting = [sent(connect, str(number)) for number in range(3)]
        assert receiver.begun.wait(60)
        until(lambda: len(server.active_channels) == len(waiting))
        server.stop()
        assert [one.response().status for one in waiting] == [503] * 3
        receiver.goes_on.set()


def test_a_slow_page_delays_no_delivery(receiver: Slow):
    goes_on = threading.Event()

    def slow_metrics() -> bytes:
        assert goes_on.wait(60)
        return b"metric 1\n"

    app = create_app(ReceiverServices(receiver.reception, dict, slow_metrics, receiver.token))
    page = request("GET /metrics HTTP/1.1", Authorization=f"Bearer {receiver.token}")
    with serving(app, PATIENT) as (_, port), connections(port) as connect:
        pages = [connect().send(page) for _ in range(20)]
        assert [sent(connect, str(number)).response().status for number in range(20)] == [202] * 20
        goes_on.set()
        assert [one.response().status for one in pages] == [200] * 20
