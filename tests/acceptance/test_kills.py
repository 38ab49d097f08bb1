"""Whatever dies under traffic, at whatever moment: nothing is lost, nothing doubled, and all are home within a minute."""

import random
from collections.abc import Callable
from signal import SIGCONT, SIGSTOP, SIGTERM

import httpx
import pytest
from sqlalchemy import make_url

from tests.courier import news
from tests.house import FULFILLMENT, House
from tests.programs import Program, until
from tests.traffic import Traffic

HOME = 60
"""Seconds after the last trouble, in which everything must be where it belongs."""
SLOW = {"rate": 0.5, "kind": "delay", "seconds": 0.2}
LOST = {"rate": 0.03, "kind": "lose_answer"}


class Troubles:
    """Does harm at random moments, while there is traffic."""

    def __init__(self, house: House, traffic: Traffic, seed: int) -> None:
        self._house, self._traffic, self._chance = house, traffic, random.Random(seed)

    def befall(self, *troubles: Callable[[], object]) -> None:
        for trouble in self._chance.sample(troubles, len(troubles)):
            self._house.courier.wait(self._chance.uniform(0.3, 1.2))
            assert not self._traffic.is_over, "there was no traffic any more"
            trouble()
        self._traffic.finish()
        until(lambda: self._traffic.is_home, within=HOME, what="every order is home")


def killed(*programs: Program) -> Callable[[], None]:
    """`kill -9` all of *programs*, and start them again, as their supervisor would."""

    def trouble() -> None:
        for program in programs:
            program.kill()
        for program in programs:
            program.launch()
        for program in programs:
            program.await_ready()

    return trouble


@pytest.mark.parametrize("seed", [1])
def test_on_sqlite_kill_9_and_a_flushed_broker_lose_nothing_and_double_nothing(build, seed):
    house: House = build().open()
    house.sandbox.fault("storm", seed=seed, faults=[SLOW, LOST])
    traffic = Traffic(house, range(1, 61), seed).begin(pause=0.4)
    Troubles(house, traffic, seed).befall(
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
    assert house.courier.retries > 0


@pytest.mark.parametrize("seed", [2])
def test_on_postgresql_kill_9_of_processes_and_of_database_connections_loses_nothing(build, empty_postgresql, seed):
    house: House = build(empty_postgresql)
    receivers = house.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], house.answers)
    second = house.add_worker("second_worker")
    house.open(house.platform, house.valkey, receivers, house.worker, second)
    house.sandbox.fault("storm", seed=seed, faults=[SLOW, LOST])
    traffic = Traffic(house, range(1, 61), seed).begin(pause=0.4)
    Troubles(house, traffic, seed).befall(
        killed(house.worker),
        killed(house.worker, second),
        lambda: disconnect_all(house),
        lambda: disconnect_all(house),
        killed(receivers),
    )
    traffic.check_journal()
    traffic.check_platform()
    assert all(worker.is_alive for worker in (house.worker, second))


def disconnect_all(house: House) -> None:
    """Terminate every connection to the house's database, as a restart of the server does."""
    name = make_url(house.database_url).database
    ended = house.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        name=name,
    )
    assert ended


# -------------------------------------------------------------------------------------------------- frozen, not dead


def test_a_worker_that_wakes_after_its_lease_starts_no_call_and_writes_nothing(build):
    house: House = build().open()
    house.sandbox.fault("storm", faults=[{"rate": 1.0, "kind": "delay", "seconds": 0.5}])
    traffic = Traffic(house, range(1, 9), seed=3, repeats=0).begin()
    until(lambda: leased(house) > 4, what="turns under way")
    freeze_between_transactions(house)
    traffic.finish()
    house.sandbox.lift_faults()
    house.add_worker("heir").start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")

    calls, left = house.sandbox.totals()["calls"], memory(house)
    house.worker.send(SIGCONT)
    until(lambda: '"turn_ended"' in house.worker.output or "lost" in house.worker.output, within=10)
    house.courier.wait(2)
    assert house.worker.is_alive
    assert (house.sandbox.totals()["calls"], memory(house)) == (calls, left)
    traffic.check_journal()
    traffic.check_platform()


def leased(house: House) -> int:
    return len(house.rows("SELECT 1 FROM orders WHERE lease_until IS NOT NULL"))


def freeze_between_transactions(house: House) -> None:
    """Freeze the worker where it does not have SQLite's only write lock, which would freeze everybody."""
    while True:
        house.worker.send(SIGSTOP)
        if can_write(house):
            assert leased(house) > 0
            return
        house.worker.send(SIGCONT)


def memory(house: House) -> list[object]:
    return [house.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("orders", "events", "steps", "remarks")]


def test_deliveries_are_taken_promptly_while_the_broker_is_frozen_and_are_home_soon_after(build):
    house: House = build().open()
    house.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in range(1, 21)])
    house.valkey.send(SIGSTOP)
    for n in range(1, 21):
        answer = house.courier.post(news(f"evt_{n}", "shipment.delivered", n))
        assert answer.status_code == 202
        assert answer.elapsed.total_seconds() < 1
    until(lambda: house.get("/readyz").json()["broker"] == "unavailable")
    house.valkey.send(SIGCONT)
    until(lambda: house.sandbox.statuses() == {"completed"}, within=HOME, what="every order is home")
    until(house.at_rest)
    assert house.sandbox.totals()["transitions"] == 80


def test_a_worker_can_be_stopped_while_its_broker_is_dead_and_the_next_one_goes_on(build):
    house: House = build().open()
    house.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(house, range(1, 9), seed=4).begin()
    until(lambda: leased(house) > 4, what="turns under way")
    house.valkey.kill()
    traffic.finish()
    house.worker.send(SIGTERM)
    assert house.worker.ends(within=15) == 0
    house.sandbox.lift_faults()
    house.valkey.start()
    house.worker.start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")
    traffic.check_journal()
    traffic.check_platform()


def can_write(house: House) -> bool:
    """Tell whether the journal takes a write within a quarter of a second."""
    import sqlite3

    with sqlite3.connect(make_url(house.database_url).database or "", timeout=0.25, isolation_level=None) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True
