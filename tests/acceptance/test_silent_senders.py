"""Senders that connect and then say nothing, or stop in the middle, do not stop the receiver for all others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.courier import news
from tests.support.installation import Installation

SILENT = 200
"""Far more than the receiver has threads."""
BEGINNINGS = (
    b"",
    b"POST /webh",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\n",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{",
)


@pytest.fixture(scope="module")
def besieged(build) -> Iterator[Installation]:
    installation: Installation = build()
    installation.open(installation.platform, installation.valkey, installation.receiver)
    with ExitStack() as stack:
        for number in range(SILENT):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", installation.port), timeout=5))
            line.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        yield installation


def test_the_receiver_answers_that_it_is_alive(besieged):
    for page in ("/healthz", "/readyz", "/metrics"):
        answer = besieged.get(page)
        assert (answer.status_code, answer.elapsed.total_seconds() < 2) == (200, True)


def test_honest_deliveries_are_taken_promptly(besieged):
    for number in range(20):
        answer = besieged.courier.post(news(f"evt_{number}", "shipment.delivered", 1 + number))
        assert (answer.status_code, answer.elapsed.total_seconds() < 2) == (202, True)
