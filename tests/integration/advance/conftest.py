"""The use case over the real journal on SQLite."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.support.clock import START, Clock
from tests.support.fake_order_api import Shown
from tests.support.limits import LIMIT
from tests.support.stage import Stage
from worker.domain.orders import Policy
from worker.journal.database import Database
from worker.journal.tables import metadata


@pytest.fixture
def stage(sqlite_url: str, clock: Clock) -> Iterator[Stage]:
    database = Database(sqlite_url, clock=clock)
    yield Stage(database, clock)
    database.close()


@pytest.fixture(scope="module")
def new_stage(sqlite_migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Policy], Stage]]:
    """Opens an empty stage for every story of a test: one database, emptied each time."""
    clock = Clock()
    path = shutil.copy(sqlite_migrated, tmp_path_factory.mktemp("stages") / "journal.db")
    database = Database(f"sqlite:///{path}", clock=clock)

    def opened(policy: Policy) -> Stage:
        with database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        clock.now = START
        return Stage(database, clock, policy)

    yield opened
    database.close()


@pytest.fixture
def numbered(stage: Stage) -> Stage:
    """The platform has an order with the number, which the journal has never heard of."""
    stage.api.orders["1"] = Shown(number="ORD-1", tracking="TRK1")
    return stage


@pytest.fixture
def limited(stage):
    """A stage on which the account may make sixty calls a minute, six of them at once."""
    stage.limits["main"] = LIMIT
    return stage
