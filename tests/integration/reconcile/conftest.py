"""The reconciler over the real database, on SQLite."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.support.clock import START, Clock
from tests.support.fake_order_api import FakeOrder
from tests.support.harness import Harness
from tests.support.limits import LIMIT
from tests.support.scans import ScanHarness
from worker.domain.policy import Policy
from worker.store.database.database import Database
from worker.store.tables import metadata


@pytest.fixture
def harness(sqlite_url: str, clock: Clock) -> Iterator[Harness]:
    database = Database(sqlite_url, clock=clock)
    yield Harness(database, clock)
    database.close()


@pytest.fixture
def scans(harness: Harness) -> ScanHarness:
    return ScanHarness(harness)


@pytest.fixture(scope="module")
def new_harness(
    sqlite_migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Policy], Harness]]:
    """Opens an empty harness for every example of a test: one database, emptied each time."""
    clock = Clock()
    path = shutil.copy(sqlite_migrated, tmp_path_factory.mktemp("harness") / "fulfillment.db")
    database = Database(f"sqlite:///{path}", clock=clock)

    def opened(policy: Policy) -> Harness:
        with database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        clock.now = START
        return Harness(database, clock, policy)

    yield opened
    database.close()


@pytest.fixture
def numbered(harness: Harness) -> Harness:
    """The platform has an order with the number, which the database does not know yet."""
    harness.api.orders["1"] = FakeOrder(number="ORD-1", tracking="TRK1")
    return harness


@pytest.fixture
def known(harness: Harness) -> Harness:
    """The platform has shown the order, which is accepted; its calls are forgotten."""
    harness.accept("order.accepted")
    harness.reconcile()
    harness.api.calls.clear()
    return harness


@pytest.fixture
def limited(harness):
    """The account may make a hundred calls a minute, five of them at once."""
    harness.limits["main"] = LIMIT
    return harness
