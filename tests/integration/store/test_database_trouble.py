"""A database that is locked, busy or used by a process that dies: each call ends in time, and nothing is lost."""

import os
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url, select, text

from tests.support.database_in_trouble import count_deliveries, plain_url, within
from tests.support.events import a_delivery, a_hint, an_event
from tests.support.programs import ROOT
from worker.domain.errors import StoreUnavailable
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries

TIMEOUT_SECONDS = 2.0
IN_TIME_SECONDS = 20.0
"""Less than the timeouts of sixteen calls one after another."""
LONGER_THAN_A_WRITE_SECONDS = 0.3


@pytest.fixture
def with_short_timeout(database_url: str) -> Iterator[Database]:
    """A database on which nothing waits longer than two seconds."""
    opened = Database(database_url, timeout_seconds=TIMEOUT_SECONDS)
    yield opened
    opened.close()


@contextmanager
def lock_of_another_program(url: str) -> Iterator[None]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(plain_url(url)) as server, server.transaction():
            server.execute("LOCK TABLE deliveries")
            yield


def test_a_locked_database_is_unavailable_in_time_to_every_thread_and_later_accepts_every_write(
    with_short_timeout: Database, database_url: str
):
    intake = SqlIntake(with_short_timeout)

    def write(n: int) -> str:
        try:
            return intake.write(a_delivery(an_event(key=f"evt_{n}"))).outcome
        except StoreUnavailable:
            return "unavailable"

    with ThreadPoolExecutor(16) as pool:
        with lock_of_another_program(database_url), within(IN_TIME_SECONDS):
            assert list(pool.map(write, range(16))) == ["unavailable"] * 16
        assert list(pool.map(write, range(16))) == ["accepted"] * 16
    assert count_deliveries(with_short_timeout) == 16


def test_a_short_lock_delays_a_write_and_does_not_fail_it(database: Database, database_url: str):
    with ThreadPoolExecutor(1) as pool:
        with lock_of_another_program(database_url):
            waiting = pool.submit(SqlIntake(database).write, a_delivery(an_event()))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=LONGER_THAN_A_WRITE_SECONDS)
        assert waiting.result(timeout=IN_TIME_SECONDS).outcome == "accepted"


def test_an_error_contains_nothing_of_the_delivery(with_short_timeout: Database, database_url: str):
    with lock_of_another_program(database_url), pytest.raises(StoreUnavailable) as caught:
        SqlIntake(with_short_timeout).write(a_delivery(an_event(key="evt_private"), body=b"a customer's address"))
    assert "evt_private" not in str(caught.value)
    assert "address" not in str(caught.value)


def test_a_defective_statement_is_reported_without_its_values(database: Database):
    with pytest.raises(StoreUnavailable) as failure, database.write() as connection:
        connection.execute(text("SELECT no_such_column FROM deliveries WHERE detail = :detail"), {"detail": "a secret"})
    logged = "".join(traceback.format_exception(failure.value))
    assert "no_such_column" in logged
    assert logged.count("a secret") == logged.count('"a secret"'), "more than the line of this test"


def test_a_reader_without_a_free_connection_gets_an_error_in_time(database_url: str):
    database = Database(database_url, connections=1, timeout_seconds=TIMEOUT_SECONDS)
    with (
        database.read(),
        within(IN_TIME_SECONDS),
        pytest.raises(StoreUnavailable, match="connection is in use"),
        database.read(),
    ):
        pass
    assert count_deliveries(database) == 0
    database.close()


WRITER = """
import sys
from tests.support.events import a_delivery, an_event
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake

intake = SqlIntake(Database(sys.argv[1]))
for n in range(100_000):
    print(intake.write(a_delivery(an_event(key=f"evt_{n}"), body=bytes(500))).delivery_id, flush=True)
"""


def test_every_acknowledged_delivery_survives_kill_9(database_url: str):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, database_url], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(50)]
        os.kill(writer.pid, 9)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    database = Database(database_url)
    with database.read() as connection:
        kept = set(connection.execute(select(deliveries.c.id)).scalars())
    assert set(acknowledged) <= kept
    assert SqlIntake(database).write(a_delivery(a_hint())).outcome == "accepted"
    database.close()
