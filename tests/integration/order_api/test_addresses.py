"""A host is reached within the deadline although its first addresses swallow every packet; no socket stays open."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.order_api.calling import PATIENT, SLACK_SECONDS, failure, http, send
from tests.support.programs import until
from worker.order_api.http import race
from worker.order_api.http.client import Client, Timeouts
from worker.order_api.http.lookup import Lookup
from worker.order_api.http.race import MAX_ADDRESSES, first_connection

SWALLOWING = [f"127.0.1.{number}" for number in range(1, 8)]


@contextmanager
def swallowing(address: str, port: int) -> Iterator[None]:
    """Let *address* swallow every SYN: its listener's backlog is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((address, port))
        time.sleep(0.05)  # the system's own handshakes; nothing tells when they are over
        yield


@contextmanager
def all_swallowing(addresses: list[str], port: int) -> Iterator[None]:
    with ExitStack() as stack:
        for address in addresses:
            stack.enter_context(swallowing(address, port))
        yield


def client_for(addresses: list[str], timeouts: Timeouts = PATIENT) -> Client:
    return Client(timeouts, lookup=Lookup(lambda host, port: addresses))


def open_sockets() -> int:
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # another thread closes files meanwhile
            count += entry.readlink().name.startswith("socket:")
    return count


@pytest.mark.parametrize("dead", [1, 2, 7])
def test_a_host_whose_first_addresses_swallow_every_packet_is_reached_within_the_deadline(peer, dead):
    peer.answers(http())
    with all_swallowing(SWALLOWING[:dead], peer.port), client_for([*SWALLOWING[:dead], "127.0.0.1"]) as client:
        assert send(client, f"http://shop.invalid:{peer.port}").status == 200


def test_a_short_timeout_is_shared_by_all_addresses(peer, monkeypatch):
    monkeypatch.setattr(race, "ATTEMPT_DELAY_SECONDS", 60.0)
    peer.answers(http())
    timeouts = replace(PATIENT, connect=timedelta(seconds=10))
    with all_swallowing(SWALLOWING[:1], peer.port), client_for([SWALLOWING[0], "127.0.0.1"], timeouts) as client:
        assert send(client, f"http://shop.invalid:{peer.port}").status == 200


@pytest.mark.parametrize(
    "addresses", [["::1", "127.0.0.1"], ["127.0.0.1", "::1"], ["127.0.0.2", "127.0.0.3", "127.0.0.1"]]
)
def test_an_address_that_refuses_costs_no_time(peer, monkeypatch, addresses):
    monkeypatch.setattr(race, "ATTEMPT_DELAY_SECONDS", 60.0)
    peer.answers(http())
    with client_for(addresses) as client:
        began_at = time.monotonic()
        assert send(client, f"http://shop.invalid:{peer.port}").status == 200
        assert time.monotonic() - began_at < SLACK_SECONDS


def test_many_addresses_of_one_family_do_not_keep_the_other_family_waiting(peer):
    peer.answers(http())
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        with all_swallowing(SWALLOWING, port), first_connection([*SWALLOWING, "::1"], port, 60) as connection:
            assert connection.getpeername()[0] == "::1"


def test_when_no_address_answers_the_call_ends_in_time(peer):
    timeouts = replace(PATIENT, connect=timedelta(seconds=1))
    with all_swallowing(SWALLOWING, peer.port), client_for(SWALLOWING, timeouts) as client:
        error, seconds = failure(client, f"http://shop.invalid:{peer.port}")
    assert "no connection in time" in str(error)
    assert seconds < timeouts.connect.total_seconds() + SLACK_SECONDS


def test_when_every_address_refuses_the_last_failure_is_told_at_once(peer, monkeypatch):
    monkeypatch.setattr(race, "ATTEMPT_DELAY_SECONDS", 60.0)
    with client_for(["127.0.0.2", "::1", "127.0.0.3"]) as client:
        error, seconds = failure(client, f"http://shop.invalid:{peer.port}")
    assert "no connection: [Errno 111]" in str(error)
    assert seconds < SLACK_SECONDS


def test_a_name_without_an_address_is_told():
    with client_for([]) as client:
        assert "the name has no address" in str(failure(client, "http://shop.invalid")[0])


@pytest.mark.parametrize("address", ["not an address", "", "127.0.0.256", "::g"])
def test_what_is_no_address_is_passed_over(peer, address):
    peer.answers(http())
    with client_for([address, "127.0.0.1"]) as client:
        assert send(client, f"http://shop.invalid:{peer.port}").status == 200


def test_no_socket_and_no_thread_stays_behind(peer):
    peer.answers(http())
    with all_swallowing(SWALLOWING[:3], peer.port), client_for([*SWALLOWING[:3], "127.0.0.1"]) as client:
        before, threads = open_sockets(), threading.active_count()
        for _ in range(3):
            send(client, f"http://shop.invalid:{peer.port}")
        with client_for(SWALLOWING[:3], Timeouts(*[timedelta(seconds=0.3)] * 3)) as other:
            failure(other, f"http://shop.invalid:{peer.port}")
        until(lambda: open_sockets() <= before and threading.active_count() <= threads, what="all are closed")


def test_one_call_opens_a_bounded_number_of_sockets(monkeypatch):
    opened = []

    class Counted(socket.socket):
        def __init__(self, family: int, kind: int) -> None:
            super().__init__(family, kind)
            opened.append(self)

    monkeypatch.setattr("worker.order_api.http.race.socket.socket", Counted)
    with pytest.raises(OSError, match="refused"):
        first_connection([f"127.0.2.{number}" for number in range(1, 200)], 1, 5)
    assert len(opened) == MAX_ADDRESSES
    assert all(each.fileno() == -1 for each in opened)
