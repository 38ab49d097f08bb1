"""Statements that the driver runs: on PostgreSQL each is a transaction of its own, with the limits of any other."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import make_url, text

from tests.support.database_in_trouble import plain_url, within
from tests.support.network import Network
from worker.domain.errors import StoreUnavailable
from worker.store.database.database import Database
from worker.store.database.statement import NOW, RowConflict, Statement

COUNT = Statement("SELECT count(*) FROM locks")
INSERT = Statement("INSERT INTO locks (name, locked_until) VALUES (:name, :until) RETURNING name, locked_until")
UPDATE = Statement("UPDATE locks SET locked_until = :until WHERE name = :name")
SLOW = Statement("SELECT CAST(pg_sleep(CAST(:seconds AS bigint)) AS text)")
TIMEOUT_SECONDS = 2.0
IN_TIME_SECONDS = 30.0


def insert(database: Database, name: str, until: int = 1) -> list[tuple[object, ...]]:
    with database.statements() as run:
        return run(INSERT, {"name": name, "until": until, "unused": 1})


def count(database: Database) -> int:
    with database.statements() as run:
        [(number,)] = run(COUNT, {})
    return int(number)


def test_a_statement_returns_its_rows_and_is_committed(database: Database, database_url: str):
    assert insert(database, "it's 100% \\ ü :name", 2**40) == [("it's 100% \\ ü :name", 2**40)]
    with database.statements() as run:
        assert run(UPDATE, {"name": "nobody", "until": 2}) == []
    other = Database(database_url)
    assert count(other) == 1
    other.close()


def test_a_statement_that_breaks_a_constraint_writes_nothing_and_the_next_one_works(database: Database):
    insert(database, "a")
    with pytest.raises(RowConflict):
        insert(database, "a")
    insert(database, "b")
    assert count(database) == 2


def test_a_block_that_fails_on_sqlite_has_written_nothing(sqlite_url: str):
    database = Database(sqlite_url)

    def insert_and_fail() -> None:
        with database.statements() as run:
            run(INSERT, {"name": "a", "until": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    assert count(database) == 0
    database.close()


def test_a_parameter_may_have_values_of_any_size_and_none_with_one_plan(postgresql_url: str):
    database, echo = Database(postgresql_url), Statement("SELECT CAST(:value AS bigint), CAST(:names AS text[])")
    with database.statements() as run:
        for value in (None, 1, 2**15, 2**31, 2**62):
            assert run(echo, {"value": value, "names": ['a"\\', "b,{}", None, ""]}) == [
                (value, ['a"\\', "b,{}", None, ""])
            ]
        [(plans,)] = run(Statement("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%text[]%'"), {})
    assert plans <= 2, "the statement itself, and the one that counts"
    database.close()


def test_a_statement_reads_the_clock_of_the_server_unless_a_clock_was_handed_in(postgresql_url: str):
    own, tested = Database(postgresql_url), Database(postgresql_url, clock=lambda: 42)
    now = Statement(f"SELECT {NOW}")
    instants = list[int]()
    for database in (own, tested):
        with database.statements() as run:
            [(instant,)] = run(now, {"now": database.known_now()})
            instants.append(instant)
    with own.read() as connection:
        assert instants[0] <= own.now(connection)
    assert instants[1] == 42
    own.close()
    tested.close()


@pytest.mark.usefixtures("patient_client")
def test_the_server_ends_a_statement_that_takes_too_long_and_the_connection_is_used_again(postgresql_url: str):
    database = Database(postgresql_url, connections=1, timeout_seconds=TIMEOUT_SECONDS)
    pid = Statement("SELECT pg_backend_pid()")
    with database.statements() as run:
        before = run(pid, {})
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.statements() as run:
        run(SLOW, {"seconds": 60})
    with database.statements() as run:
        assert run(pid, {}) == before
    database.close()


def test_a_text_that_no_statement_can_hold_is_an_error_and_the_connection_is_used_again(postgresql_url: str):
    database = Database(postgresql_url)
    with pytest.raises(StoreUnavailable):
        insert(database, "a\0b")
    assert count(database) == 0
    database.close()


def server_process(database: Database) -> int:
    """Return the id of the server's process that serves the connection."""
    with database.statements() as run:
        [(pid,)] = run(Statement("SELECT pg_backend_pid()"), {})
    return int(pid)


def roll_back(database: Database) -> None:
    """Let a transaction fail. After it, the driver lets the server forget everything that it has prepared."""
    with suppress(ZeroDivisionError), database.write() as connection:
        for _ in range(10):  # until the driver has prepared it
            connection.execute(text("SELECT 1"))
        raise ZeroDivisionError


def deallocate(database: Database) -> None:
    with database.outside_transactions() as connection:
        connection.execute("DEALLOCATE ALL", prepare=False)


def discard(database: Database) -> None:
    with database.outside_transactions() as connection:
        connection.execute("DISCARD ALL", prepare=False)


@pytest.mark.parametrize("forget", [roll_back, deallocate, discard])
def test_statements_that_the_server_has_forgotten_are_prepared_again(
    postgresql_url: str, forget: Callable[[Database], None]
):
    database = Database(postgresql_url, connections=1)
    before = server_process(database)
    for number in range(3):
        insert(database, str(number))
        assert count(database) == number + 1
        forget(database)
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    assert server_process(database) == before, "the connection was thrown away"
    database.close()


def test_a_statement_that_was_prepared_after_the_server_has_forgotten_others_stays_prepared(postgresql_url: str):
    database = Database(postgresql_url, connections=1)
    insert(database, "a")
    deallocate(database)
    assert count(database) == 1, "prepared for the first time"
    insert(database, "b")
    assert count(database) == 2
    database.close()


def test_a_statement_that_could_not_be_prepared_is_prepared_later(postgresql_url: str):
    database, of_later = Database(postgresql_url, connections=1), Statement("SELECT count(*) FROM later")
    with pytest.raises(StoreUnavailable, match="later"), database.statements() as run:
        run(of_later, {})
    with database.statements() as run:
        run(Statement("CREATE TEMPORARY TABLE later (id int)"), {})
        assert run(of_later, {}) == [(0,)]
    database.close()


@pytest.fixture
def network(postgresql_url: str) -> Iterator[Network]:
    url = make_url(postgresql_url)
    network = Network(url.host or "127.0.0.1", url.port or 5432)
    yield network
    network.close()


def test_a_server_that_falls_silent_in_a_statement_is_unavailable_in_time_and_used_again(
    network: Network, postgresql_url: str, caplog: pytest.LogCaptureFixture
):
    address = make_url(postgresql_url).set(host="127.0.0.1", port=network.port, query={"sslmode": "disable"})
    database = Database(address, timeout_seconds=TIMEOUT_SECONDS)

    def count_in_silence() -> None:
        with database.statements() as run:
            run(COUNT, {})
            network.silent.set()
            run(COUNT, {})

    with within(IN_TIME_SECONDS), pytest.raises(StoreUnavailable):
        count_in_silence()
    network.silent.clear()
    assert count(database) == 0
    of_the_pool = [record for record in caplog.records if record.name.startswith("sqlalchemy.pool")]
    assert not of_the_pool, "the pool has found out only when the connection came back"
    database.close()


def test_connections_that_the_server_has_ended_in_a_block_are_replaced(postgresql_url: str):
    database = Database(postgresql_url, connections=1)

    def end_the_session() -> None:
        with database.statements() as run:
            [(pid,)] = run(Statement("SELECT pg_backend_pid()"), {})
            with psycopg.connect(plain_url(postgresql_url), autocommit=True) as server:
                server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            run(COUNT, {})

    with pytest.raises(StoreUnavailable):
        end_the_session()
    assert count(database) == 0
    database.close()
