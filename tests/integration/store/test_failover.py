"""After a failover of PostgreSQL, deliveries are accepted again without a restart."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import event, make_url, select, text

from tests.conftest import new_database
from tests.support.database_in_trouble import plain_url
from tests.support.events import a_delivery, an_event
from tests.support.own_postgresql import OwnPostgresql, own_postgresql
from tests.support.programs import until
from worker.domain.errors import StoreUnavailable
from worker.store.database import postgresql
from worker.store.database.database import Database
from worker.store.database.prepared import Lookup
from worker.store.intake.intake import SqlIntake
from worker.store.schema import migrate
from worker.store.tables import deliveries

CONNECTIONS = 4


@pytest.fixture
def url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of a migrated database of this test alone."""
    for url in new_database(postgresql_server, f"fulfillment_test_failover_{os.getpid()}"):
        database = Database(url)
        migrate(database)
        database.close()
        yield url


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnPostgresql]:
    """A server of this module, with the schema."""
    for server in own_postgresql():
        database = Database(server.url)
        migrate(database)
        database.close()
        yield server


def set_read_only(server: psycopg.Connection, url: str, *, read_only: bool) -> None:
    """Let sessions that begin from now on be read-only, or not. The sessions that are open stay as they are."""
    name = make_url(url).database
    server.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if read_only else "off"}')


def open_all(database: Database) -> None:
    """Open every connection of the pool."""
    connections = [database.engine.connect() for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.close()


def accepts(intake: SqlIntake, key: str) -> bool:
    with suppress(StoreUnavailable):
        return intake.write(a_delivery(an_event(key=key))).outcome == "accepted"
    return False


def test_connections_that_a_failover_has_made_read_only_are_replaced(url: str, postgresql_server: psycopg.Connection):
    set_read_only(postgresql_server, url, read_only=True)
    database = Database(url, connections=CONNECTIONS)
    open_all(database)
    set_read_only(postgresql_server, url, read_only=False)
    intake = SqlIntake(database)
    with pytest.raises(StoreUnavailable, match="read-only"):
        intake.write(a_delivery(an_event(key="evt_1")))
    for number in range(2 * CONNECTIONS):  # the first failure discards all connections, not one after another
        assert accepts(intake, f"evt_{number}")
    database.close()


def test_a_server_that_stays_read_only_is_tried_with_few_new_connections_and_used_when_it_can_be_written(
    url: str, postgresql_server: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
):
    set_read_only(postgresql_server, url, read_only=True)
    database = Database(url, connections=CONNECTIONS)
    opened: list[object] = []
    event.listen(database.engine, "connect", lambda *arguments: opened.append(arguments))
    intake = SqlIntake(database)
    with monkeypatch.context() as patched:
        patched.setattr(postgresql, "DISCARD_EVERY_SECONDS", 60.0)  # within that time, also on a busy machine
        assert not any(accepts(intake, "evt_1") for _ in range(50))
    assert len(opened) <= 2 * CONNECTIONS
    set_read_only(postgresql_server, url, read_only=False)
    until(lambda: accepts(intake, "evt_1"), what="the delivery is accepted")
    database.close()


def test_connections_that_the_server_ends_inside_transactions_are_replaced_together(url: str):
    database = Database(url, connections=CONNECTIONS)
    open_all(database)
    with suppress(StoreUnavailable), database.write() as connection:
        connection.execute(text("SELECT 1"))
        with psycopg.connect(plain_url(url), autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
        connection.execute(text("SELECT 1"))
    intake = SqlIntake(database)
    assert all(accepts(intake, f"evt_{number}") for number in range(CONNECTIONS))
    database.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_restarted_is_used_again(own_server: OwnPostgresql, mode: str):
    database = Database(own_server.url, connections=CONNECTIONS)
    open_all(database)
    intake = SqlIntake(database)
    assert accepts(intake, f"before_{mode}")
    with suppress(StoreUnavailable), database.write() as connection:
        connection.execute(text("SELECT 1"))
        own_server.stop(mode)
        Lookup("postgresql", select(deliveries.c.id), {}).run(connection, [{}])
    assert not accepts(intake, f"after_{mode}")
    own_server.start()
    assert all(accepts(intake, f"after_{mode}_{number}") for number in range(CONNECTIONS))
    database.close()


def test_an_old_connection_is_replaced_so_that_it_follows_the_name_of_the_server(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgresql, "RECYCLE_SECONDS", 0)
    database = Database(url, connections=1)

    def session() -> object:
        with database.read() as connection:
            return connection.scalar(text("SELECT pg_backend_pid()"))

    assert session() != session()
    database.close()


def test_of_several_servers_the_one_that_can_be_written_is_used(url: str, postgresql_server: psycopg.Connection):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]
    server = make_url(url)
    hosts = (f"{server.host}:{closed_port}", f"{server.host}:{server.port or 5432}")
    several = server.set(host=None, port=None, query={"host": hosts})
    database = Database(several)
    assert accepts(SqlIntake(database), "evt_1")
    database.close()

    set_read_only(postgresql_server, url, read_only=True)
    database = Database(several)
    with pytest.raises(StoreUnavailable, match="read-only"):
        SqlIntake(database).now()
    database.close()
    database = Database(several.update_query_dict({"target_session_attrs": "any"}))
    assert SqlIntake(database).now() > 0
    database.close()
