"""The same on PostgreSQL, with several receivers and workers, and a server that hangs up on all of them."""

import pytest
from sqlalchemy import make_url

from tests.support.installation import FULFILLMENT, Installation
from tests.support.troubles import befall, calm, killed


@pytest.mark.parametrize("seed", [2])
def test_kill_9_of_processes_and_of_database_connections_loses_nothing_and_doubles_nothing(
    build, empty_postgresql, seed
):
    installation: Installation = build(empty_postgresql)
    receivers = installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    second = installation.add_worker("second_worker")
    installation.open(installation.platform, installation.valkey, receivers, installation.worker, second)
    traffic = befall(
        installation,
        seed,
        killed(installation.worker),
        killed(installation.worker, second),
        lambda: disconnect_all(installation),
        lambda: disconnect_all(installation),
        killed(receivers),
    )
    traffic.check_journal()
    traffic.check_platform()
    assert installation.worker.is_alive
    assert second.is_alive
    assert calm(installation.worker, second, receivers)


def disconnect_all(installation: Installation) -> None:
    """Terminate every connection to the house's database, as a restart of the server does."""
    name = make_url(installation.database_url).database
    ended = installation.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        name=name,
    )
    assert ended
