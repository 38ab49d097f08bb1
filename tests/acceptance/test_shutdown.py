"""Processes end in time when they are told to, leave nothing behind, and end at once when they are told twice."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from signal import SIGINT, SIGTERM, Signals

import pytest
from sqlalchemy import make_url

from tests.support.courier import event_document
from tests.support.installation import Installation, patient
from tests.support.kills import COMPLETE_WITHIN_SECONDS, logs_are_clean
from tests.support.programs import until
from tests.support.traffic import Traffic

CALL_SECONDS = 4
STOPS_WITHIN_SECONDS = 28
"""`fulfillment up` and systemd kill later than this."""
ORDERS = range(1, 9)
"""One for each slot of the worker."""


@pytest.fixture
def installation(build: Callable[..., Installation]) -> Iterator[Installation]:
    """An installation whose platform may take its time. Nothing runs."""
    with closing(build(**patient())) as installation:
        yield installation


def test_a_worker_that_is_told_to_stop_ends_after_its_calls_and_another_one_goes_on_at_once(
    installation: Installation,
):
    installation.open(installation.platform, installation.valkey, installation.receiver)
    installation.sandbox.fault("delay", seconds=CALL_SECONDS, times=None)
    traffic = Traffic(installation, ORDERS, seed=5).begin().finish()
    installation.worker.start()  # it begins all orders at once, before the first call ends
    until(lambda: installation.sandbox.totals()["calls"] == len(ORDERS), what="each order has a call under way")
    installation.worker.send(SIGTERM)
    assert installation.worker.exit_code(STOPS_WITHIN_SECONDS) == 0
    assert installation.sandbox.totals()["calls"] == len(ORDERS), "more than the calls under way was made"
    assert installation.leases() == 0
    assert not installation.rows("SELECT 1 FROM workers")
    assert logs_are_clean(installation.worker)

    installation.sandbox.lift_faults()
    installation.worker.start()
    until(lambda: traffic.is_complete, COMPLETE_WITHIN_SECONDS, what="every order is completed")
    traffic.check_database()
    traffic.check_platform()


@pytest.mark.parametrize("number", [SIGTERM, SIGINT])
def test_a_worker_that_is_told_twice_ends_at_once(installation: Installation, number: Signals):
    installation.open().sandbox.order(1)
    installation.sandbox.fault("delay", seconds=60, times=None)
    installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
    until(lambda: installation.sandbox.totals()["calls"], what="a call is under way")
    installation.worker.send(number)
    until(lambda: "worker_ending" in installation.worker.output, what="the worker hears a second signal")
    assert installation.worker.is_alive
    installation.worker.send(number)
    assert installation.worker.exit_code() == 128 + number
    assert installation.leases(), "the call has come to its end"


@pytest.mark.parametrize("number", [SIGTERM, SIGINT])
def test_a_receiver_that_is_told_twice_ends_at_once(installation: Installation, number: Signals):
    installation.open(installation.receiver)
    path = make_url(installation.database_url).database or ""
    body = json.dumps(event_document("evt_1", "shipment.delivered", 1)).encode()
    sender = HTTPConnection("127.0.0.1", installation.port, timeout=60)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, closing(sender):
        other.execute("BEGIN IMMEDIATE")
        sender.request("POST", installation.courier.path, body, installation.courier.signed(body))
        assert installation.get("/healthz").is_success, (
            "it has read all that came before: the delivery waits for the lock"
        )
        installation.receiver.send(number)
        until(lambda: "receiver_ending" in installation.receiver.output, what="the receiver hears a second signal")
        assert installation.receiver.is_alive
        installation.receiver.send(number)
        assert installation.receiver.exit_code() == 128 + number
        with pytest.raises(ConnectionResetError):  # it is answered with 503 when the receiver waits for the lock
            sender.getresponse()
        other.execute("ROLLBACK")


def test_a_worker_that_has_never_reached_its_broker_ends_in_time(installation: Installation):
    worker = installation.worker
    worker.is_ready = lambda: "Cannot connect" in worker.output
    installation.open(worker)
    worker.send(SIGTERM)
    assert worker.exit_code(STOPS_WITHIN_SECONDS) == 0
