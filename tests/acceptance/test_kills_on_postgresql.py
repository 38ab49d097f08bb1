"""The same on PostgreSQL, with several receivers and workers, and a server that hangs up on all of them."""

import pytest
from sqlalchemy import make_url

from tests.support.house import FULFILLMENT, House
from tests.support.troubles import befall, calm, killed


@pytest.mark.parametrize("seed", [2])
def test_kill_9_of_processes_and_of_database_connections_loses_nothing_and_doubles_nothing(
    build, empty_postgresql, seed
):
    house: House = build(empty_postgresql)
    receivers = house.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], house.answers)
    second = house.add_worker("second_worker")
    house.open(house.platform, house.valkey, receivers, house.worker, second)
    traffic = befall(
        house,
        seed,
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
    assert calm(house.worker, second, receivers)


def disconnect_all(house: House) -> None:
    """Terminate every connection to the house's database, as a restart of the server does."""
    name = make_url(house.database_url).database
    ended = house.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        name=name,
    )
    assert ended
