"""No service starts on a schema that it cannot work with, and what is not ours is left alone."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from worker.domain.errors import SchemaOutdated, StoreUnavailable
from worker.store.database.database import Database
from worker.store.schema import NEEDED, check, migrate


def test_a_database_that_was_never_made_is_told_from_one_that_does_not_answer(tmp_path: Path):
    nowhere = tmp_path / "data" / "fulfillment.db"
    with pytest.raises(SchemaOutdated, match="run `fulfillment migrate`"):
        check(Database(f"sqlite:///{nowhere}"))
    assert not nowhere.parent.exists()


def stamp(database: Database, revision: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_service_does_not_start_on_a_database_without_a_schema(empty: Database):
    with pytest.raises(SchemaOutdated, match="run `fulfillment migrate`"):
        check(empty)


def test_a_service_does_not_start_on_an_older_schema(database: Database):
    stamp(database, "0000")
    try:
        with pytest.raises(SchemaOutdated, match=f"is 0000, and {NEEDED} is needed: run `fulfillment migrate`"):
            check(database)
    finally:
        stamp(database, NEEDED)


def test_a_newer_schema_is_welcome_and_left_alone(database: Database):
    stamp(database, "9999")
    try:
        check(database)
        migrate(database)
        with database.read() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    finally:
        stamp(database, NEEDED)


def test_the_database_of_another_program_is_left_alone(database: Database):
    stamp(database, "ae1027a6acf7")
    try:
        for touch in (check, migrate):
            with pytest.raises(SchemaOutdated, match="another program"):
                touch(database)
    finally:
        stamp(database, NEEDED)


def test_sqlite_keeps_what_was_committed_through_a_power_failure(sqlite_url: str):
    database = Database(sqlite_url)
    with database.write() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def test_a_file_that_is_no_database_is_named_and_not_a_crash(tmp_path: Path):
    (tmp_path / "journal.db").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        check(Database(f"sqlite:///{tmp_path / 'journal.db'}"))
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING came with SQLite 3.35"
