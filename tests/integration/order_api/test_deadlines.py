"""A call ends in time, whatever the peer, the network and the resolver do."""

import socket
import ssl
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from tests.integration.order_api.calling import PATIENT, QUICK, SLACK_SECONDS, failure, http, send
from tests.support.peer import CERTIFICATE
from tests.support.programs import until
from worker.order_api.http.client import Client, Timeouts
from worker.order_api.http.lookup import MAX_LOOKUPS, Lookup


def test_a_silent_peer_ends_the_call_after_the_read_timeout(peer):
    peer.is_silent()
    with Client(replace(PATIENT, read=timedelta(seconds=0.2))) as client:
        error, seconds = failure(client, peer.url)
    assert "no answer in time" in str(error)
    assert seconds < 0.2 + SLACK_SECONDS


def test_no_single_wait_is_longer_than_the_deadline(quick, peer):
    peer.is_silent()
    assert failure(quick, peer.url)[1] < 0.3 + SLACK_SECONDS


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 1000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    ],
    ids=["headers", "body", "chunks", "informational"],
)
def test_the_deadline_holds_against_a_peer_that_sends_byte_by_byte(quick, peer, at_once, slowly):
    peer.drips(slowly, 0.05, at_once)
    error, seconds = failure(quick, peer.url)
    assert "in time" in str(error)
    assert 0.25 < seconds < 0.3 + SLACK_SECONDS


def test_the_deadline_holds_against_a_peer_that_does_not_read(quick):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error, seconds = failure(quick, url, b"x" * 50_000_000)
    assert "in time" in str(error)
    assert seconds < 0.3 + SLACK_SECONDS


def test_the_deadline_holds_against_a_peer_that_reads_slowly(quick):
    over = Event()

    def read_slowly():
        connection, _ = listener.accept()
        with connection:
            while not over.wait(0.02):
                connection.recv(100_000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = Thread(target=read_slowly)
        reader.start()
        _, seconds = failure(quick, f"http://127.0.0.1:{listener.getsockname()[1]}", b"x" * 50_000_000)
        over.set()
        reader.join()
    assert 0.25 < seconds < 0.3 + SLACK_SECONDS


def test_each_call_has_its_own_deadline(peer):
    first_is_over = Event()
    peer.script = lambda connection: first_is_over.wait(60)
    with Client(replace(PATIENT, overall=timedelta(seconds=4))) as client:
        failure(client, peer.url)
        peer.answers(http())
        first_is_over.set()
        assert send(client, peer.url).status == 200


def test_a_tls_handshake_that_hangs_ends_with_the_deadline(quick):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error, seconds = failure(quick, f"https://127.0.0.1:{listener.getsockname()[1]}")
    assert "no connection in time" in str(error)
    assert seconds < 0.3 + SLACK_SECONDS


def test_the_deadline_holds_within_tls(peer):
    url = peer.speaks_tls()
    context = ssl.create_default_context(cafile=CERTIFICATE)
    with Client(PATIENT, tls=context) as client:
        peer.answers(http())
        assert send(client, url).status == 200
    with Client(QUICK, tls=context) as client:
        peer.drips(http(b"x" * 1000), 0.05)
        error, seconds = failure(client, url)
    assert "in time" in str(error)
    assert 0.25 < seconds < 0.3 + SLACK_SECONDS


def test_a_name_that_does_not_resolve_in_time_ends_the_call():
    over = Event()

    def hang(host, port):
        over.wait(60)
        return []

    with Client(QUICK, lookup=Lookup(hang)) as client:
        error, seconds = failure(client, "https://example.invalid")
        assert "not resolved in time" in str(error)
        assert seconds < 0.3 + SLACK_SECONDS
        over.set()


def test_lookups_that_hang_are_bounded():
    over, hanging = Event(), []

    def hang(host, port):
        hanging.append(host)
        over.wait(60)
        return []

    timeout = Timeouts(timedelta(seconds=0.02), timedelta(seconds=0.02), timedelta(seconds=0.02))
    with Client(timeout, lookup=Lookup(hang)) as client:

        def error() -> str:
            return str(failure(client, "https://example.invalid")[0])

        # On a busy machine, a call may end before its lookup begins, and a lookup may begin after its call has ended.
        until(lambda: "too many lookups of the name example.invalid hang" in error())
        until(lambda: len(hanging) == MAX_LOOKUPS)
        assert "too many lookups" in error()
        assert len(hanging) == MAX_LOOKUPS
        over.set()


def test_lookups_of_one_host_that_hang_do_not_affect_another_host(peer):
    over = Event()

    def hang(host, port):
        if host == "hangs.invalid":
            over.wait(60)
        return ["127.0.0.1"]

    peer.answers(http())
    lookup = Lookup(hang)
    with Client(QUICK, lookup=lookup) as quick, Client(PATIENT, lookup=lookup) as client:
        for _ in range(MAX_LOOKUPS + 1):
            failure(quick, "http://hangs.invalid")
        assert send(client, peer.url.replace("127.0.0.1", "other.invalid")).status == 200
        over.set()
