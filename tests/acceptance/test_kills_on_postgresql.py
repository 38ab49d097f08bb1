"""Kills on PostgreSQL, with several receivers and workers, and a server that ends all connections."""

import pytest
from sqlalchemy import make_url

from tests.support.installation import FULFILLMENT, Installation
from tests.support.kills import kill, logs_are_clean, run_traffic_with
from tests.support.programs import until


@pytest.mark.parametrize("seed", [2])
def test_kill_9_of_processes_and_of_database_connections_loses_nothing_and_does_nothing_twice(
    build, empty_postgresql, seed
):
    installation: Installation = build(empty_postgresql)
    receivers = installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    second = installation.add_worker("second_worker")
    installation.open(installation.platform, installation.valkey, receivers, installation.worker, second)
    traffic = run_traffic_with(
        installation,
        seed,
        kill(installation.worker),
        kill(installation.worker, second),
        lambda: end_all_connections(installation),
        lambda: end_all_connections(installation),
        kill(receivers),
    )
    traffic.check_database()
    traffic.check_platform()
    assert installation.worker.is_alive
    assert second.is_alive
    assert logs_are_clean(installation.worker, second, receivers)


def end_all_connections(installation: Installation) -> None:
    """End every connection to the database, as a restart of the server does."""
    name = make_url(installation.database_url).database
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    until(lambda: installation.rows(query, name=name), what="there are connections, which end")
