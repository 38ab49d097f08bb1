"""Whatever dies under traffic, at whatever moment: nothing is lost, nothing doubled, all are home within a minute.

And whoever was believed to be dead does no harm when it wakes.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from signal import SIGCONT, SIGSTOP

import pytest
from sqlalchemy import make_url

from tests.support.house import House
from tests.support.programs import until
from tests.support.traffic import Traffic
from tests.support.troubles import HOME, befall, calm, killed


@pytest.fixture(scope="module", autouse=True)
def asleep(build: Callable[..., House]) -> Traffic:
    """A house whose worker was frozen amid its turns; its heir waits for their leases while the kills below happen."""
    house = build().open()
    house.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(house, range(1, 9), seed=3, repeats=0).begin()
    until(lambda: house.leases() > 4, what="turns are under way")
    freeze_between_transactions(house)
    traffic.finish()
    house.sandbox.lift_faults()
    house.add_worker("heir").start()
    return traffic


def freeze_between_transactions(house: House) -> None:
    """Freeze the worker where it does not have SQLite's only write lock, which would freeze everybody."""
    while True:
        house.worker.send(SIGSTOP)
        until(house.worker.is_frozen, what="the worker is frozen")
        if can_write(house) and house.leases() > 4:
            return
        house.worker.send(SIGCONT)


def can_write(house: House) -> bool:
    """Tell whether the journal takes a write within a quarter of a second."""
    path = make_url(house.database_url).database or ""
    with closing(sqlite3.connect(path, timeout=0.25, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


@pytest.mark.parametrize("seed", [1])
def test_kill_9_of_everything_and_a_flushed_broker_lose_nothing_and_double_nothing(build, seed):
    house: House = build().open()
    traffic = befall(
        house,
        seed,
        killed(house.worker),
        killed(house.worker),
        killed(house.receiver),
        killed(house.valkey),
        killed(house.valkey),
        killed(house.valkey, house.receiver, house.worker),
        house.store.flushall,
    )
    traffic.check_journal()
    traffic.check_platform()
    assert house.courier.retries > 0, "no sender had to insist"
    assert calm(house.worker, house.receiver)


def turns_of(house: House) -> int:
    """How many turns the first worker has told of; those that waited for the database have long waited enough."""
    return house.worker.said.count("turn_ended") + house.worker.said.count("turn_given_up")


def test_a_worker_that_wakes_after_its_lease_starts_no_call_and_writes_nothing(asleep):
    house: House = asleep.house
    until(lambda: asleep.is_home, within=HOME, what="every order is home")
    calls, left, turns = house.sandbox.totals()["calls"], memory(house), turns_of(house)
    house.worker.send(SIGCONT)
    until(lambda: turns_of(house) > turns + 4, what="the turns that were frozen have ended")
    house.courier.wait(1)
    assert (house.sandbox.totals()["calls"], memory(house)) == (calls, left)
    asleep.check_journal()
    asleep.check_platform()


def memory(house: House) -> list[object]:
    """All that the journal knows of its orders."""
    tables = "orders", "events", "steps", "remarks"
    return [house.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608 - four constants
