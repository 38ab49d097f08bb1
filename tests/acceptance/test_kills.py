"""Whatever dies under traffic, at whatever moment: nothing is lost, nothing doubled, all are home within a minute.

And whoever was believed to be dead does no harm when it wakes.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from signal import SIGCONT, SIGSTOP

import pytest
from sqlalchemy import make_url

from tests.support.installation import Installation
from tests.support.programs import until
from tests.support.traffic import Traffic
from tests.support.troubles import HOME, befall, calm, killed


@pytest.fixture(scope="module", autouse=True)
def asleep(build: Callable[..., Installation]) -> Traffic:
    """A house whose worker was frozen amid its turns; its heir waits for their leases while the kills below happen."""
    installation = build().open()
    installation.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(installation, range(1, 9), seed=3, repeats=0).begin()
    until(lambda: installation.leases() > 4, what="turns are under way")
    freeze_between_transactions(installation)
    traffic.finish()
    installation.sandbox.lift_faults()
    installation.add_worker("heir").start()
    return traffic


def freeze_between_transactions(installation: Installation) -> None:
    """Freeze the worker where it does not have SQLite's only write lock, which would freeze everybody."""
    while True:
        installation.worker.send(SIGSTOP)
        until(installation.worker.is_frozen, what="the worker is frozen")
        if can_write(installation) and installation.leases() > 4:
            return
        installation.worker.send(SIGCONT)


def can_write(installation: Installation) -> bool:
    """Tell whether the journal takes a write within a quarter of a second."""
    path = make_url(installation.database_url).database or ""
    with closing(sqlite3.connect(path, timeout=0.25, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


@pytest.mark.parametrize("seed", [1])
def test_kill_9_of_everything_and_a_flushed_broker_lose_nothing_and_double_nothing(build, seed):
    installation: Installation = build().open()
    traffic = befall(
        installation,
        seed,
        killed(installation.worker),
        killed(installation.worker),
        killed(installation.receiver),
        killed(installation.valkey),
        killed(installation.valkey),
        killed(installation.valkey, installation.receiver, installation.worker),
        installation.store.flushall,
    )
    traffic.check_journal()
    traffic.check_platform()
    assert installation.courier.retries > 0, "no sender had to retry"
    assert calm(installation.worker, installation.receiver)


def turns_of(installation: Installation) -> int:
    """How many turns the first worker has told of; those that waited for the database have long waited enough."""
    return installation.worker.said.count("turn_ended") + installation.worker.said.count("turn_given_up")


def test_a_worker_that_wakes_after_its_lease_starts_no_call_and_writes_nothing(asleep):
    installation: Installation = asleep.installation
    until(lambda: asleep.is_home, within=HOME, what="every order is home")
    calls, left, order_store = installation.sandbox.totals()["calls"], memory(installation), turns_of(installation)
    installation.worker.send(SIGCONT)
    until(lambda: turns_of(installation) > order_store + 4, what="the turns that were frozen have ended")
    installation.courier.wait(1)
    assert (installation.sandbox.totals()["calls"], memory(installation)) == (calls, left)
    asleep.check_journal()
    asleep.check_platform()


def memory(installation: Installation) -> list[object]:
    """All that the journal knows of its orders."""
    tables = "orders", "events", "writes", "audit_log"
    return [installation.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608 - four constants
