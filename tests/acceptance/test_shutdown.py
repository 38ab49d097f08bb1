"""Processes end in time when they are told to, leave nothing behind, and end at once when they are told twice."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from signal import SIGINT, SIGTERM, Signals

import httpx
import pytest
from sqlalchemy import make_url

from tests.support.courier import event_document
from tests.support.installation import Installation
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
    """An installation whose platform takes its time."""
    installation = build(ACCOUNTS__MAIN__CALL_DEADLINE="10s", ACCOUNTS__MAIN__SETTLE="11s").open()
    yield installation
    installation.sandbox.lift_faults()


def test_a_worker_that_is_told_to_stop_ends_after_its_calls_and_another_one_goes_on_at_once(
    installation: Installation,
):
    installation.sandbox.fault("delay", seconds=CALL_SECONDS, times=None)
    traffic = Traffic(installation, ORDERS, seed=5).begin()
    traffic.finish()
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
    installation.sandbox.order(1)
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
    path = make_url(installation.database_url).database or ""
    with closing(sqlite3.connect(path, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        posted = pool.submit(installation.courier.post, event_document("evt_1", "shipment.delivered", 1))
        time.sleep(0.5)  # the delivery waits for the lock, which nobody can see from outside
        installation.receiver.send(number)
        until(lambda: "receiver_ending" in installation.receiver.output, what="the receiver hears a second signal")
        assert installation.receiver.is_alive
        installation.receiver.send(number)
        assert installation.receiver.exit_code() == 128 + number
        with pytest.raises(httpx.TransportError):  # it is answered with 503 when the receiver waits for the lock
            posted.result(60)
        other.execute("ROLLBACK")


def test_a_worker_that_has_never_reached_its_broker_ends_in_time(installation: Installation):
    worker = installation.add_worker("lonely")
    installation.valkey.kill()
    worker.launch()
    until(lambda: "Cannot connect" in worker.output, what="the worker waits for the broker")
    worker.send(SIGTERM)
    assert worker.exit_code(STOPS_WITHIN_SECONDS) == 0
