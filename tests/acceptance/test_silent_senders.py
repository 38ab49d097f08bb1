"""Senders that connect and send nothing, or stop in the middle of a request, do not stop the receiver for others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation

SILENT = 200
"""Many more than the receiver has threads."""
SOON_SECONDS = 8
"""A receiver that waits for a silent sender waits for ten seconds."""
BEGINNINGS = (
    b"",
    b"POST /webh",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\n",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{",
)


@pytest.fixture(scope="module")
def running(build) -> Installation:
    built: Installation = build()
    return built.open(built.valkey, built.receiver)


@pytest.fixture
def installation(running: Installation) -> Iterator[Installation]:
    """An installation whose receiver has many silent senders, who have just begun."""
    with ExitStack() as stack:
        for number in range(SILENT):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=60))
            connection.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        yield running


def test_silent_senders_do_not_delay_the_pages_of_the_receiver(installation):
    for page in ("/healthz", "/readyz", "/metrics"):
        response = installation.get(page)
        assert (response.status_code, response.elapsed.total_seconds() < SOON_SECONDS) == (200, True)


def test_silent_senders_do_not_delay_deliveries(installation):
    for number in range(20):
        response = installation.courier.post(event_document(f"evt_{number}", "shipment.delivered", 1 + number))
        assert (response.status_code, response.elapsed.total_seconds() < SOON_SECONDS) == (202, True)
