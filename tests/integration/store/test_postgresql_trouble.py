"""A PostgreSQL server that ends or refuses connections, is slow or silent: each call ends in time."""

import socket
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import event, make_url, text

from tests.support.database_in_trouble import count_deliveries, plain_url, within
from tests.support.events import a_delivery, an_event
from tests.support.network import Network
from worker.domain.errors import StoreUnavailable
from worker.store.database import postgresql
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries

TIMEOUT_SECONDS = 2.0
IN_TIME_SECONDS = 30.0


def test_connections_that_the_server_has_ended_are_replaced_before_a_call_fails(postgresql_url: str):
    database = Database(postgresql_url)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event()))
    with psycopg.connect(plain_url(postgresql_url), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
    assert intake.write(a_delivery(an_event())).outcome == "accepted"
    database.close()


def test_a_connection_that_dies_inside_a_transaction_writes_nothing_and_the_next_one_works(postgresql_url: str):
    database = Database(postgresql_url)

    def write_and_die() -> None:
        with database.write() as connection:
            connection.execute(deliveries.insert().values(source="courier", received_at=1, outcome="accepted"))
            with psycopg.connect(plain_url(postgresql_url), autocommit=True) as server:
                pid = connection.scalar(text("SELECT pg_backend_pid()"))
                server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(StoreUnavailable):
        write_and_die()
    assert count_deliveries(database) == 0
    assert SqlIntake(database).write(a_delivery(an_event())).outcome == "accepted"
    database.close()


def test_a_server_that_refuses_connections_is_unavailable_at_once(postgresql_url: str):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    database = Database(make_url(postgresql_url).set(port=port, host="127.0.0.1"), timeout_seconds=60)
    with within(IN_TIME_SECONDS), pytest.raises(StoreUnavailable):
        SqlIntake(database).now()


@pytest.mark.usefixtures("patient_client")
def test_the_server_ends_a_statement_that_takes_too_long(postgresql_url: str):
    database = Database(postgresql_url, timeout_seconds=TIMEOUT_SECONDS)
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.read() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    assert count_deliveries(database) == 0
    database.close()


def test_a_connection_that_was_idle_waits_as_long_for_an_answer_as_a_new_one(postgresql_url: str):
    database = Database(postgresql_url, connections=1, timeout_seconds=20)
    assert count_deliveries(database) == 0
    with database.read() as connection:
        connection.execute(text("SELECT pg_sleep(1.3)"))
    database.close()


@pytest.fixture
def network(postgresql_url: str) -> Iterator[Network]:
    url = make_url(postgresql_url)
    network = Network(url.host or "127.0.0.1", url.port or 5432)
    yield network
    network.close()


def through(network: Network, url: str, timeout_seconds: float) -> Database:
    """Return the database at *url*, reached through *network*."""
    address = make_url(url).set(host="127.0.0.1", port=network.port, query={"sslmode": "disable"})
    return Database(address, timeout_seconds=timeout_seconds)


def test_an_idle_connection_that_the_network_has_forgotten_is_replaced(
    network: Network, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgresql, "IDLE_WITHOUT_PING_SECONDS", 0.0)
    database = through(network, postgresql_url, timeout_seconds=60)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event()))
    network.forget()
    with within(IN_TIME_SECONDS):
        assert intake.write(a_delivery(an_event())).outcome == "accepted"
    database.close()


def test_no_statement_is_sent_between_two_readings_of_the_servers_clock(postgresql_url: str):
    database, statements = Database(postgresql_url), list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    clock = database.clock()
    instants = [clock() for _ in range(50)]
    assert instants == sorted(instants)
    with database.read() as connection:
        assert instants[-1] <= database.now(connection)
    assert len(statements) == 2
    database.close()


def test_a_server_that_falls_silent_is_unavailable_in_time_and_used_again_when_it_answers(
    network: Network, postgresql_url: str
):
    database = through(network, postgresql_url, TIMEOUT_SECONDS)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    network.silent.set()
    # The intake waits for the answer to a ping, and then for a new connection.
    with within(IN_TIME_SECONDS), pytest.raises(StoreUnavailable):
        intake.write(a_delivery(an_event(key="evt_2")))
    network.silent.clear()
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()
