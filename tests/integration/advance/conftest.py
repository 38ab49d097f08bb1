"""The use case over the real journal on SQLite."""

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.stage import Stage
from worker.journal.database import Database


@pytest.fixture
def stage(sqlite_url: str, clock: Clock) -> Iterator[Stage]:
    database = Database(sqlite_url, clock=clock)
    yield Stage(database, clock)
    database.close()
