"""How many reconciliations of a single account are active at once: few on PostgreSQL, on SQLite as many as slots."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from tests.support.good_settings import GOOD
from tests.support.programs import until
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.service.slots import FEWEST_ACTIVE
from worker.service.wiring import WorkerServices, build_worker
from worker.settings import load_settings
from worker.store.database.database import Database

SLOTS = 16


@pytest.fixture
def services(database_url: str) -> Iterator[WorkerServices]:
    services = build_worker(load_settings({**GOOD, "FULFILLMENT_DATABASE_URL": database_url}), FairShare(SLOTS))
    with closing(services.database):
        yield services
        services.slots.close()
        assert services.slots.wait(60)


@contextmanager
def no_lease_possible(url: str) -> Iterator[None]:
    """Keep every lease waiting, which is no wait for a call."""
    with closing(Database(url)) as other, other.write() as connection:
        if not other.is_sqlite:
            connection.execute(text("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_worker_on_postgresql_has_few_active_reconciliations_and_one_on_sqlite_as_many_as_slots(
    services: WorkerServices, database_url: str
):
    most = SLOTS if services.database.is_sqlite else FEWEST_ACTIVE
    with no_lease_possible(database_url):
        services.slots.add(OrderKey("main", str(number)) for number in range(2 * SLOTS))
        wanted = most, 2 * SLOTS - most
        until(lambda: (services.slots.fair_share.busy, services.slots.waiting()) == wanted, what=f"{most} are active")
