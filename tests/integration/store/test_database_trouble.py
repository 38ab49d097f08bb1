"""A database that is locked, full, read-only, silent or gone: an error in time, and recovery without help."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy import select as query

from tests.support.database_in_trouble import plain, stored, within
from tests.support.events import a_delivery, a_hint, an_event
from worker.domain.errors import StoreUnavailable
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries

TIMEOUT = 0.4
IN_TIME = 2.5


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


def files_of(path: Path) -> list[Path]:
    return [file for suffix in ("", "-wal", "-shm") if (file := Path(f"{path}{suffix}")).exists()]


@pytest.fixture
def short_timeout(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, timeout_seconds=TIMEOUT)
    yield opened
    opened.close()


@contextmanager
def foreign_lock(url: str) -> Iterator[None]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(plain(url)) as server, server.transaction():
            server.execute("LOCK TABLE deliveries")
            yield


def test_a_locked_database_is_unavailable_in_time_to_every_thread_and_then_accepts_all(
    short_timeout: Database, database_url: str
):
    intake = SqlIntake(short_timeout)

    def write(n: int) -> str:
        try:
            return intake.write(a_delivery(an_event(key=f"evt_{n}"))).outcome
        except StoreUnavailable:
            return "unavailable"

    with ThreadPoolExecutor(16) as pool:
        with foreign_lock(database_url), within(IN_TIME):
            assert list(pool.map(write, range(16))) == ["unavailable"] * 16
        assert list(pool.map(write, range(16))) == ["accepted"] * 16
    assert stored(short_timeout) == 16


def test_a_lock_that_ends_in_time_causes_no_error(database: Database, database_url: str):
    with ThreadPoolExecutor(1) as pool:
        with foreign_lock(database_url):
            waiting = pool.submit(SqlIntake(database).write, a_delivery(an_event(key="evt_1")))
            assert not waiting.done()
        assert waiting.result(timeout=IN_TIME).outcome == "accepted"


def test_an_error_quotes_no_value_of_the_failed_write(short_timeout: Database, database_url: str):
    with foreign_lock(database_url), pytest.raises(StoreUnavailable) as caught:
        SqlIntake(short_timeout).write(a_delivery(an_event(key="evt_private"), body=b"a customer's address"))
    assert "evt_private" not in str(caught.value)
    assert "address" not in str(caught.value)


def test_a_reader_without_a_free_connection_waits_for_a_limited_time(database_url: str):
    database = Database(database_url, connections=1, timeout_seconds=TIMEOUT)
    with (
        database.read(),
        within(IN_TIME),
        pytest.raises(StoreUnavailable, match="connection is in use"),
        database.read(),
    ):
        pass
    assert stored(database) == 0
    database.close()


def test_a_full_disk_loses_nothing_that_was_acknowledged(sqlite_url: str):
    database = Database(sqlite_url, connections=1)
    intake = SqlIntake(database)

    def limit(pages: int) -> None:
        with database.read() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    def write_until_full() -> None:
        every_delivery = (a_delivery(an_event(key=f"evt_{n}"), body=b"x" * 2000) for n in range(1000))
        acknowledged.extend(intake.write(delivery).delivery_id for delivery in every_delivery)

    limit(60)
    acknowledged: list[int | None] = []
    with pytest.raises(StoreUnavailable, match="full"):
        write_until_full()
    assert 0 < len(acknowledged) == stored(database)
    limit(2**30)
    assert intake.write(a_delivery(an_event(key="after"), body=b"x" * 2000)).outcome == "accepted"
    database.close()


def test_a_file_that_was_read_only_can_be_written_again(sqlite_url: str):
    database = Database(sqlite_url, connections=1)

    def forbid(writing: int) -> None:
        with database.read() as connection:
            connection.execute(text(f"PRAGMA query_only = {writing}"))

    forbid(1)
    with pytest.raises(StoreUnavailable, match="readonly"):
        SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    assert stored(database) == 0
    forbid(0)
    assert SqlIntake(database).write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"
    database.close()


def test_a_file_opened_read_only_is_unavailable_for_writing(sqlite_url: str):
    database = Database(f"sqlite:///file:{file_of(sqlite_url)}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable, match="readonly"):
        SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    assert stored(database) == 0
    database.close()


def test_a_file_that_is_gone_is_unavailable_and_not_created_again(sqlite_url: str, tmp_path: Path):
    database = Database(sqlite_url)
    intake, path, away = SqlIntake(database), file_of(sqlite_url), tmp_path / "away"
    intake.write(a_delivery(an_event(key="evt_1")))
    away.mkdir()
    for file in files_of(path):
        file.rename(away / file.name)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="the database file is gone"):
            intake.write(a_delivery(an_event(key="evt_2")))
    assert files_of(path) == []
    for file in away.iterdir():
        file.rename(path.parent / file.name)
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    assert stored(database) == 2
    database.close()


def test_events_go_into_the_new_file_when_the_file_was_replaced(sqlite_url: str, sqlite_migrated: Path, tmp_path: Path):
    database = Database(sqlite_url)
    intake, path = SqlIntake(database), file_of(sqlite_url)
    intake.write(a_delivery(an_event(key="evt_1")))
    for file in files_of(path):
        file.rename(tmp_path / f"old-{file.name}")
    shutil.copy(sqlite_migrated, path)
    assert intake.write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"
    with closing(sqlite3.connect(path)) as new_file:
        assert new_file.execute("SELECT count(*) FROM events").fetchone() == (1,)
    database.close()


WRITER = """
import sys
from tests.support.events import a_delivery, an_event
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake

intake = SqlIntake(Database(sys.argv[1]))
for n in range(100_000):
    print(intake.write(a_delivery(an_event(), body=bytes(500))).delivery_id, flush=True)
"""


def test_an_acknowledged_delivery_survives_kill_9(database_url: str):
    root = str(Path(__file__).parents[3])
    writer = subprocess.Popen([sys.executable, "-c", WRITER, database_url], stdout=subprocess.PIPE, text=True, cwd=root)
    with writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(50)]
        os.kill(writer.pid, 9)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    database = Database(database_url)
    with database.read() as connection:
        kept = set(connection.execute(query(deliveries.c.id)).scalars())
    assert set(acknowledged) <= kept
    assert SqlIntake(database).write(a_delivery(a_hint())).outcome == "accepted"
    database.close()
