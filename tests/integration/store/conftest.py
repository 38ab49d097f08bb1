"""An intake over both kinds of database, and databases on which nobody has run a migration."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import new_database
from worker.store.database.database import Database
from worker.store.database.postgresql_connection import BoundedConnection
from worker.store.intake.intake import SqlIntake


@pytest.fixture
def intake(database: Database) -> SqlIntake:
    return SqlIntake(database)


@pytest.fixture
def contested(postgresql_url: str) -> Iterator[Database]:
    """A database in which one transaction can overtake another: only PostgreSQL lets two write at a time."""
    opened = Database(postgresql_url)
    yield opened
    opened.close()


@pytest.fixture
def patient_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the driver wait long for an answer. So what ends a statement is the server, also on a busy machine."""
    wait = BoundedConnection.wait

    def wait_long(connection: Any, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return wait(connection, gen, interval, 60.0 if timeout is None else timeout)

    monkeypatch.setattr(BoundedConnection, "wait", wait_long)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    yield from new_database(postgresql_server, f"fulfillment_test_{os.getpid()}_empty")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without a schema."""
    opened = Database(request.getfixturevalue(f"empty_{request.param}_url"))
    yield opened
    opened.close()
