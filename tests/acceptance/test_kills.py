"""Processes are killed or frozen under traffic, at any moment: nothing is lost, nothing is done twice.

Every order is completed within a minute, and a worker that wakes after its lease does no harm.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from signal import SIGCONT, SIGSTOP

import pytest
from sqlalchemy import make_url

from tests.support.installation import Installation
from tests.support.kills import COMPLETE_WITHIN_SECONDS, kill, logs_are_clean, run_traffic_with
from tests.support.programs import until
from tests.support.traffic import Traffic

FEWEST_FROZEN = 5
"""So many reconciliations at least are frozen."""


@pytest.fixture(scope="module", autouse=True)
def frozen(build: Callable[..., Installation]) -> Traffic:
    """The traffic of an installation whose worker is frozen during its reconciliations.

    A second worker waits for the end of their leases while the test with the kills runs.
    """
    installation = build().open()
    installation.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(installation, range(1, 9), seed=3, repeats=0).begin()
    until(lambda: under_way(installation) >= FEWEST_FROZEN, what="reconciliations are under way")
    until(lambda: freezes_between_transactions(installation), what="the worker is frozen between its transactions")
    traffic.finish()
    installation.sandbox.lift_faults()
    installation.add_worker("second_worker").start()
    return traffic


def under_way(installation: Installation) -> int:
    """Count the first worker's reconciliations with a lease, without those that have failed and left theirs."""
    return installation.leases() - installation.worker.log.count("reconciliation_failed")


def freezes_between_transactions(installation: Installation) -> bool:
    """Freeze the worker if it does not hold SQLite's only write lock, because all others would wait for it.

    Otherwise it goes on, and needs a moment before the next attempt: its reconciliations fail at the lock after a time
    during which it was frozen.
    """
    installation.worker.send(SIGSTOP)
    until(installation.worker.is_frozen, what="the worker is frozen")
    if can_write(installation) and under_way(installation) >= FEWEST_FROZEN:
        return True
    installation.worker.send(SIGCONT)
    return False


def can_write(installation: Installation) -> bool:
    """Tell whether another program gets the database's write lock within a quarter of a second."""
    path = make_url(installation.database_url).database or ""
    with closing(sqlite3.connect(path, timeout=0.25, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


@pytest.mark.parametrize("seed", [1])
def test_kill_9_of_everything_and_a_flushed_broker_lose_nothing_and_do_nothing_twice(build, seed):
    installation: Installation = build().open()
    traffic = run_traffic_with(
        installation,
        seed,
        kill(installation.worker),
        kill(installation.worker),
        kill(installation.receiver),
        kill(installation.valkey),
        kill(installation.valkey),
        kill(installation.valkey, installation.receiver, installation.worker),
        installation.broker.flushall,
    )
    traffic.check_database()
    traffic.check_platform()
    assert installation.courier.retries > 0, "no sender had to retry"
    assert logs_are_clean(installation.worker, installation.receiver)


def finished_by_first_worker(installation: Installation) -> int:
    """Count the reconciliations that the first worker has finished, or given up because the database was locked."""
    log = installation.worker.log
    return log.count('"reconciled"') + log.count("reconciliation_failed")


def test_a_worker_that_wakes_after_its_lease_starts_no_call_and_writes_nothing(frozen):
    installation: Installation = frozen.installation
    until(lambda: frozen.is_complete, COMPLETE_WITHIN_SECONDS, what="every order is completed")
    calls, tables = installation.sandbox.totals()["calls"], all_rows(installation)
    finished = finished_by_first_worker(installation)
    installation.worker.send(SIGCONT)
    until(
        lambda: finished_by_first_worker(installation) >= finished + FEWEST_FROZEN,
        what="the frozen reconciliations have ended",
    )
    installation.courier.wait(1)
    assert (installation.sandbox.totals()["calls"], all_rows(installation)) == (calls, tables)
    frozen.check_database()
    frozen.check_platform()


def all_rows(installation: Installation) -> list[object]:
    """Return all rows about orders."""
    tables = "orders", "events", "writes", "audit_log"
    return [installation.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608 - four constants
