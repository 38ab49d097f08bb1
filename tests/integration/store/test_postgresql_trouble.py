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
from worker.store.database import engines
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries

TIMEOUT = 0.4


def test_connections_that_the_server_ended_are_replaced_before_anybody_notices(postgresql_url: str):
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


def test_a_connection_that_dies_in_the_middle_writes_nothing_and_the_next_one_works(postgresql_url: str):
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


def test_a_statement_that_takes_too_long_is_ended_by_the_server_itself(postgresql_url: str):
    database = Database(postgresql_url, timeout=TIMEOUT)
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.read() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    assert stored(database) == 0
    database.close()


def test_a_connection_that_has_rested_waits_as_long_as_a_new_one(postgresql_url: str):
    database = Database(postgresql_url, connections=1, timeout=3)
    assert stored(database) == 0
    with database.read() as connection:
        connection.execute(text("SELECT pg_sleep(1.3)"))
    database.close()


class Wire:
    """A network between us and the server that may fall silent: bytes are taken, and nothing comes back.

    It may also forget the connections that there are, and carry new ones.
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
        """Let nothing through any more on the connections that there are."""
        self._forgotten = self._carried

    def _carry(self, number: int, near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            while True:
                for ready in select.select([near, far], [], [], 0.1)[0]:
                    taken = ready.recv(65536)
                    if not taken:
                        return
                    if not self.silent.is_set() and number > self._forgotten:
                        (far if ready is near else near).sendall(taken)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def wire(postgresql_url: str) -> Iterator[Wire]:
    url = make_url(postgresql_url)
    wire = Wire(url.host or "127.0.0.1", url.port or 5432)
    yield wire
    wire.close()


def over(wire: Wire, url: str, timeout: float) -> Database:
    direct = make_url(url)
    return Database(direct.set(host="127.0.0.1", port=wire.port, query={"sslmode": "disable"}), timeout=timeout)


def test_a_rested_connection_that_the_network_has_forgotten_is_replaced(
    wire: Wire, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engines, "FRESH", 0.0)
    database = over(wire, postgresql_url, timeout=10)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    wire.forget()
    with within(8):
        assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()


def test_between_two_looks_at_the_servers_clock_nothing_is_asked(postgresql_url: str):
    database, asked = Database(postgresql_url), list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    clock = database.clock()
    told = [clock() for _ in range(50)]
    assert told == sorted(told)
    with database.read() as connection:
        assert told[-1] <= database.now(connection)
    assert len(asked) == 2
    database.close()


def test_a_server_that_falls_silent_holds_nobody_and_is_found_again(wire: Wire, postgresql_url: str):
    database = over(wire, postgresql_url, TIMEOUT)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    wire.silent.set()
    # A sign of life is waited for, then a new connection.
    with within(4.5), pytest.raises(StoreUnavailable):
        intake.write(a_delivery(an_event(key="evt_2")))
    wire.silent.clear()
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    database.close()
