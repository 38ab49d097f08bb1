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


def siblings(path: Path) -> list[Path]:
    return [found for suffix in ("", "-wal", "-shm") if (found := Path(f"{path}{suffix}")).exists()]


@pytest.fixture
def impatient(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, timeout=TIMEOUT)
    yield opened
    opened.close()


@contextmanager
def somebody_elses_lock(url: str) -> Iterator[None]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(plain(url)) as server, server.transaction():
            server.execute("LOCK TABLE deliveries")
            yield


def test_a_locked_database_is_unavailable_in_time_to_every_thread_and_then_takes_all(
    impatient: Database, database_url: str
):
    intake = SqlIntake(impatient)

    def write(n: int) -> str:
        try:
            return intake.write(a_delivery(an_event(key=f"evt_{n}"))).outcome
        except StoreUnavailable:
            return "unavailable"

    with ThreadPoolExecutor(16) as pool:
        with somebody_elses_lock(database_url), within(IN_TIME):
            assert list(pool.map(write, range(16))) == ["unavailable"] * 16
        assert list(pool.map(write, range(16))) == ["accepted"] * 16
    assert stored(impatient) == 16


def test_a_lock_that_ends_in_time_is_nobodys_trouble(database: Database, database_url: str):
    with ThreadPoolExecutor(1) as pool:
        with somebody_elses_lock(database_url):
            waiting = pool.submit(SqlIntake(database).write, a_delivery(an_event(key="evt_1")))
            assert not waiting.done()
        assert waiting.result(timeout=IN_TIME).outcome == "accepted"


def test_an_error_quotes_nothing_of_what_was_to_be_written(impatient: Database, database_url: str):
    with somebody_elses_lock(database_url), pytest.raises(StoreUnavailable) as caught:
        SqlIntake(impatient).write(a_delivery(an_event(key="evt_private"), body=b"a customer's address"))
    assert "evt_private" not in str(caught.value)
    assert "address" not in str(caught.value)


def test_more_readers_than_connections_wait_their_turn_in_bounds(database_url: str):
    database = Database(database_url, connections=1, timeout=TIMEOUT)
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
        news = (a_delivery(an_event(key=f"evt_{n}"), body=b"x" * 2000) for n in range(1000))
        acknowledged.extend(intake.write(delivery).delivery_id for delivery in news)

    limit(60)
    acknowledged: list[int | None] = []
    with pytest.raises(StoreUnavailable, match="full"):
        write_until_full()
    assert 0 < len(acknowledged) == stored(database)
    limit(2**30)
    assert intake.write(a_delivery(an_event(key="after"), body=b"x" * 2000)).outcome == "accepted"
    database.close()


def test_a_read_only_file_can_be_read_and_is_written_again_once_it_may_be(sqlite_url: str):
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


def test_a_vanished_file_is_unavailable_and_not_made_anew_until_it_is_back(sqlite_url: str, tmp_path: Path):
    database = Database(sqlite_url)
    intake, path, away = SqlIntake(database), file_of(sqlite_url), tmp_path / "away"
    intake.write(a_delivery(an_event(key="evt_1")))
    away.mkdir()
    for file in siblings(path):
        file.rename(away / file.name)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="the database file is gone"):
            intake.write(a_delivery(an_event(key="evt_2")))
    assert siblings(path) == []
    for file in away.iterdir():
        file.rename(path.parent / file.name)
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    assert stored(database) == 2
    database.close()


def test_news_goes_into_the_file_that_stands_there_and_not_into_one_that_was_replaced(
    sqlite_url: str, sqlite_migrated: Path, tmp_path: Path
):
    database = Database(sqlite_url)
    intake, path = SqlIntake(database), file_of(sqlite_url)
    intake.write(a_delivery(an_event(key="evt_1")))
    for file in siblings(path):
        file.rename(tmp_path / f"old-{file.name}")
    shutil.copy(sqlite_migrated, path)
    assert intake.write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"
    with closing(sqlite3.connect(path)) as stranger:
        assert stranger.execute("SELECT count(*) FROM events").fetchone() == (1,)
    database.close()


WRITER = """
import sys
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake

intake = SqlIntake(Database(sys.argv[1]))
for n in range(100_000):
    print(intake.write(a_delivery(an_event(f"evt_{n}"), body=bytes(500))).delivery_id, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(database_url: str):
    root = str(Path(__file__).parents[2])
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
