"""A SQLite file that is full, read-only, gone or replaced: each call ends in time, and later calls succeed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.support.database_in_trouble import count_deliveries
from tests.support.events import a_delivery, an_event
from worker.domain.errors import StoreUnavailable
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


def files_at(path: Path) -> list[Path]:
    """Return the database file and the files beside it that SQLite has made."""
    return [file for suffix in ("", "-wal", "-shm") if (file := Path(f"{path}{suffix}")).exists()]


def test_a_full_disk_loses_no_acknowledged_delivery(sqlite_url: str):
    database = Database(sqlite_url, connections=1)
    intake = SqlIntake(database)

    def limit(pages: int) -> None:
        with database.read() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    def write_until_full() -> None:
        large = (a_delivery(an_event(key=f"evt_{n}"), body=b"x" * 2000) for n in range(1000))
        acknowledged.extend(intake.write(delivery).delivery_id for delivery in large)

    limit(60)
    acknowledged: list[int | None] = []
    with pytest.raises(StoreUnavailable, match="full"):
        write_until_full()
    assert 0 < len(acknowledged) == count_deliveries(database)
    limit(2**30)
    assert intake.write(a_delivery(an_event(key="after"), body=b"x" * 2000)).outcome == "accepted"
    database.close()


def test_a_read_only_database_can_be_read_and_is_written_again_as_soon_as_writing_is_allowed(sqlite_url: str):
    database = Database(sqlite_url, connections=1)

    def forbid_writing(forbidden: int) -> None:
        with database.read() as connection:
            connection.execute(text(f"PRAGMA query_only = {forbidden}"))

    forbid_writing(1)
    with pytest.raises(StoreUnavailable, match="readonly"):
        SqlIntake(database).write(a_delivery(an_event()))
    assert count_deliveries(database) == 0
    forbid_writing(0)
    assert SqlIntake(database).write(a_delivery(an_event())).outcome == "accepted"
    database.close()


def test_a_file_opened_read_only_is_unavailable_for_writing(sqlite_url: str):
    database = Database(f"sqlite:///file:{file_of(sqlite_url)}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable, match="readonly"):
        SqlIntake(database).write(a_delivery(an_event()))
    assert count_deliveries(database) == 0
    database.close()


def test_a_file_that_is_gone_is_unavailable_until_it_is_back_and_no_empty_one_is_made(sqlite_url: str, tmp_path: Path):
    database = Database(sqlite_url)
    intake, path, elsewhere = SqlIntake(database), file_of(sqlite_url), tmp_path / "elsewhere"
    intake.write(a_delivery(an_event(key="evt_1")))
    elsewhere.mkdir()
    for file in files_at(path):
        file.rename(elsewhere / file.name)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="the database file is gone"):
            intake.write(a_delivery(an_event(key="evt_2")))
    assert files_at(path) == []
    for file in elsewhere.iterdir():
        file.rename(path.parent / file.name)
    assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    assert count_deliveries(database) == 2
    database.close()


def test_an_event_is_written_to_the_present_file_and_not_to_the_file_that_it_replaced(
    sqlite_url: str, sqlite_migrated: Path, tmp_path: Path
):
    database = Database(sqlite_url)
    intake, path = SqlIntake(database), file_of(sqlite_url)
    intake.write(a_delivery(an_event(key="evt_1")))
    for file in files_at(path):
        file.rename(tmp_path / f"old-{file.name}")
    shutil.copy(sqlite_migrated, path)
    assert intake.write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"
    with closing(sqlite3.connect(path)) as other_program:
        assert other_program.execute("SELECT count(*) FROM events").fetchone() == (1,)
    database.close()
