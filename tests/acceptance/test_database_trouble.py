"""A database that is locked or gone: 503 at the door, waiting in the worker, and recovery without anybody's help."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    """A house in which one order is always on its way, because its platform fails."""
    installation: Installation = build().open()
    installation.sandbox.order(1)
    installation.sandbox.fault("status", code=500, times=None, match={"order_id": 1})
    installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
    return installation


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Hold SQLite's write lock, as a foreign program might, beginning while no turn is under way."""
    with closing(sqlite3.connect(path_of(installation), isolation_level=None)) as foreign:
        until(lambda: _lock(foreign))
        yield
        foreign.execute("ROLLBACK")


def _lock(foreign: sqlite3.Connection) -> bool:
    foreign.execute("BEGIN IMMEDIATE")
    (leases,) = foreign.execute("SELECT count(*) FROM orders WHERE lease_until IS NOT NULL").fetchone()
    if leases:
        foreign.execute("ROLLBACK")
    return not leases


@contextmanager
def vanished(installation: Installation) -> Iterator[None]:
    """Move the database away for a while, its write-ahead log with it."""
    files = [path for path in installation.data_dir.iterdir() if path.name.startswith(path_of(installation).name)]
    for path in files:
        path.rename(path.with_name(f"away-{path.name}"))
    yield
    for path in files:
        path.with_name(f"away-{path.name}").rename(path)


def path_of(installation: Installation) -> Path:
    return Path(make_url(installation.database_url).database or "")


@pytest.mark.parametrize("trouble", [locked, vanished])
def test_no_delivery_is_acknowledged_and_all_goes_on_by_itself_afterwards(installation, trouble):
    order_id = {locked: 2, vanished: 3}[trouble]
    installation.sandbox.order(order_id)
    told = event_document(f"evt_{order_id}", "shipment.delivered", order_id)
    processes = installation.receiver.pid, installation.worker.pid
    said = len(installation.worker.said)
    with ThreadPoolExecutor(1) as pool:
        with trouble(installation):
            answer = installation.courier.post(told)
            assert (answer.status_code, answer.json()["status"]) == (503, 503)
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.elapsed.total_seconds() < 7
            assert installation.get("/healthz").status_code == 200
            assert installation.get("/readyz").status_code == 503
            until(lambda: "the database" in installation.worker.said[said:], within=20, what="the worker has noticed")
            sender = pool.submit(installation.courier.insist, told)
        assert sender.result(20).status_code == 202
    until(lambda: installation.sandbox.seen(order_id)["status"] == "completed", within=30, what="the order is home")
    assert installation.receiver.is_alive
    assert installation.worker.is_alive
    assert (installation.receiver.pid, installation.worker.pid) == processes
    assert "Traceback" not in installation.receiver.said + installation.worker.said
