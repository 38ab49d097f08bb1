"""No service starts on a schema that it cannot use, and no command changes the database of another program."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from worker.domain.errors import SchemaOutdated, StoreUnavailable
from worker.store.database.database import Database
from worker.store.schema import NEEDED, check, migrate


def stamp(database: Database, revision: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.fixture
def stamped(database: Database) -> Iterator[Database]:
    """A database whose revision a test may change: other tests use the same one."""
    yield database
    stamp(database, NEEDED)


def test_a_check_names_a_missing_file_and_does_not_make_it(tmp_path: Path):
    missing = tmp_path / "data" / "fulfillment.db"
    with pytest.raises(SchemaOutdated, match="there is no database yet: run `fulfillment migrate`"):
        check(Database(f"sqlite:///{missing}"))
    assert not missing.parent.exists()


def test_a_service_does_not_start_on_a_database_without_a_schema(empty: Database):
    with pytest.raises(SchemaOutdated, match="run `fulfillment migrate`"):
        check(empty)


def test_a_service_does_not_start_on_an_older_schema(stamped: Database):
    stamp(stamped, "0000")
    with pytest.raises(SchemaOutdated, match=f"is 0000, and {NEEDED} is needed: run `fulfillment migrate`"):
        check(stamped)


def test_a_newer_schema_is_accepted_and_not_changed(stamped: Database):
    stamp(stamped, "9999")
    check(stamped)
    migrate(stamped)
    with stamped.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.mark.parametrize("act", [check, migrate])
def test_the_database_of_another_program_is_refused(stamped: Database, act):
    stamp(stamped, "ae1027a6acf7")
    with pytest.raises(SchemaOutdated, match="another program"):
        act(stamped)


def test_sqlite_keeps_every_commit_through_a_power_failure(sqlite_url: str):
    database = Database(sqlite_url)
    with database.write() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def test_a_file_that_is_not_a_database_is_reported_as_an_error(tmp_path: Path):
    (tmp_path / "fulfillment.db").write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        check(Database(f"sqlite:///{tmp_path / 'fulfillment.db'}"))


def test_the_sqlite_of_this_python_supports_returning():
    assert sqlite3.sqlite_version_info >= (3, 35)
