"""A server that ends connections, refuses them, is slow or silent: an error in time, and recovery without help."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import event, make_url, text

from tests.support.database_in_trouble import plain, stored, within
from tests.support.events import a_delivery, an_event
from worker.domain.errors import StoreUnavailable
from worker.store.database import postgresql
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries

TIMEOUT = 0.4


def test_connections_that_the_server_has_ended_are_replaced_without_an_error(postgresql_url: str):
    database = Database(postgresql_url)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    with psycopg.connect(plain(postgresql_url), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()


def test_a_connection_that_dies_during_a_transaction_writes_nothing_and_the_next_one_works(postgresql_url: str):
    database = Database(postgresql_url)

    def write_and_die() -> None:
        with database.write() as connection:
            connection.execute(deliveries.insert().values(source="courier", received_at=1, outcome="accepted"))
            with psycopg.connect(plain(postgresql_url), autocommit=True) as server:
                pid = connection.scalar(text("SELECT pg_backend_pid()"))
                server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(StoreUnavailable):
        write_and_die()
    assert stored(database) == 0
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"
    database.close()


def test_a_server_that_refuses_connections_is_unavailable_at_once(postgresql_url: str):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    database = Database(make_url(postgresql_url).set(port=port, host="127.0.0.1"))
    with within(2.5), pytest.raises(StoreUnavailable):
        SqlIntake(database).now()


def test_the_server_ends_a_statement_that_takes_too_long(postgresql_url: str):
    database = Database(postgresql_url, timeout_seconds=TIMEOUT)
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.read() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    assert stored(database) == 0
    database.close()


def test_an_idle_connection_has_the_same_timeout_as_a_new_one(postgresql_url: str):
    database = Database(postgresql_url, connections=1, timeout_seconds=3)
    assert stored(database) == 0
    with database.read() as connection:
        connection.execute(text("SELECT pg_sleep(1.3)"))
    database.close()


class Network:
    """A network between us and the server, which may become silent: it takes bytes, and nothing comes back.

    It may also forget the connections that it carries, and carry new ones.
    """

    def __init__(self, host: str, port: int) -> None:
        self.silent, self._carried = threading.Event(), 0
        self._forgotten = 0
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._carried += 1
                far = socket.create_connection(self._target)
                threading.Thread(target=self._carry, args=(self._carried, near, far), daemon=True).start()

    def forget(self) -> None:
        """Carry nothing any more on the connections that exist."""
        self._forgotten = self._carried

    def _carry(self, number: int, near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            while True:
                for ready in select.select([near, far], [], [], 0.1)[0]:
                    received = ready.recv(65536)
                    if not received:
                        return
                    if not self.silent.is_set() and number > self._forgotten:
                        (far if ready is near else near).sendall(received)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def network(postgresql_url: str) -> Iterator[Network]:
    url = make_url(postgresql_url)
    network = Network(url.host or "127.0.0.1", url.port or 5432)
    yield network
    network.close()


def over(network: Network, url: str, timeout_seconds: float) -> Database:
    indirect = make_url(url).set(host="127.0.0.1", port=network.port, query={"sslmode": "disable"})
    return Database(indirect, timeout_seconds=timeout_seconds)


def test_an_idle_connection_that_the_network_has_forgotten_is_replaced(
    network: Network, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgresql, "IDLE_WITHOUT_PING_SECONDS", 0.0)
    database = over(network, postgresql_url, timeout_seconds=10)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    network.forget()
    with within(8):
        assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()


def test_the_servers_clock_is_not_asked_for_every_reading(postgresql_url: str):
    database, statements = Database(postgresql_url), list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    clock = database.clock()
    readings = [clock() for _ in range(50)]
    assert readings == sorted(readings)
    with database.read() as connection:
        assert readings[-1] <= database.now(connection)
    assert len(statements) == 2
    database.close()


def test_a_silent_server_is_unavailable_in_time_and_is_used_again_later(network: Network, postgresql_url: str):
    database = over(network, postgresql_url, TIMEOUT)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    network.silent.set()
    # The timeout of a ping passes first, then that of a new connection.
    with within(4.5), pytest.raises(StoreUnavailable):
        intake.write(a_delivery(an_event(key="evt_2")))
    network.silent.clear()
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()
