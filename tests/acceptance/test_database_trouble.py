"""A database that is locked or gone: the receiver answers 503, the worker waits, and both recover without help."""

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
    """An installation with an order that is never finished, because its platform fails."""
    installation: Installation = build().open()
    installation.sandbox.order(1)
    installation.sandbox.fault("status", code=500, times=None, match={"order_id": 1})
    installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
    return installation


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Hold SQLite's write lock like another program; begin when no reconciliation is under way."""
    with closing(sqlite3.connect(path_of(installation), isolation_level=None)) as other_program:
        until(lambda: _lock(other_program))
        yield
        other_program.execute("ROLLBACK")


def _lock(connection: sqlite3.Connection) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    (leases,) = connection.execute("SELECT count(*) FROM orders WHERE lease_until IS NOT NULL").fetchone()
    if leases:
        connection.execute("ROLLBACK")
    return not leases


@contextmanager
def moved_away(installation: Installation) -> Iterator[None]:
    """Move the database away for a while, with its write-ahead log."""
    database = path_of(installation)
    files = [path for path in installation.data_dir.iterdir() if path.name.startswith(database.name)]
    # Whoever finds the database finds its log, too: without it, SQLite would begin a new one.
    files.sort(key=lambda path: path != database)
    for path in files:
        path.rename(path.with_name(f"away-{path.name}"))
    yield
    for path in reversed(files):
        path.with_name(f"away-{path.name}").rename(path)


def path_of(installation: Installation) -> Path:
    return Path(make_url(installation.database_url).database or "")


@pytest.mark.parametrize("trouble", [locked, moved_away])
def test_no_delivery_is_acknowledged_without_the_database_and_both_processes_recover(installation, trouble):
    order_id = {locked: 2, moved_away: 3}[trouble]
    installation.sandbox.order(order_id)
    document = event_document(f"evt_{order_id}", "shipment.delivered", order_id)
    processes = installation.receiver.pid, installation.worker.pid
    logged = len(installation.worker.log)
    with ThreadPoolExecutor(1) as pool:
        with trouble(installation):
            answer = installation.courier.post(document)
            assert (answer.status_code, answer.json()["status"]) == (503, 503)
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.elapsed.total_seconds() < 30
            assert installation.get("/healthz").status_code == 200
            assert installation.get("/readyz").status_code == 503
            until(lambda: "the database" in installation.worker.log[logged:], what="the worker notices")
            sent = pool.submit(installation.courier.post_until_acknowledged, document)
        assert sent.result(60).status_code == 202
    until(
        lambda: installation.sandbox.seen(order_id)["status"] == "completed",
        what="the order is completed",
    )
    assert installation.receiver.is_alive
    assert installation.worker.is_alive
    assert (installation.receiver.pid, installation.worker.pid) == processes
    assert "Traceback" not in installation.receiver.log + installation.worker.log
