"""Whatever dies under traffic, at whatever moment: nothing is lost, nothing doubled, all are home within a minute."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import make_url

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
    assert house.courier.retries > 0, "no sender had to insist"
    assert "Traceback" not in house.worker.said + house.receiver.said


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
    assert house.worker.is_alive
    assert second.is_alive
    assert "Traceback" not in house.worker.said + second.said + receivers.said


def disconnect_all(house: House) -> None:
    """Terminate every connection to the house's database, as a restart of the server does."""
    name = make_url(house.database_url).database
    ended = house.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        name=name,
    )
    assert ended
