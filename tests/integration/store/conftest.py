"""What the tests of the intake share."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import new_database
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake


@pytest.fixture
def intake(database: Database) -> SqlIntake:
    return SqlIntake(database)


@pytest.fixture
def contested(postgresql_url: str) -> Iterator[Database]:
    """Only PostgreSQL lets two transactions write at a time."""
    opened = Database(postgresql_url)
    yield opened
    opened.close()


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    yield from new_database(postgresql_server, f"fulfillment_test_{os.getpid()}_empty")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    opened = Database(request.getfixturevalue(f"empty_{request.param}_url"))
    yield opened
    opened.close()
