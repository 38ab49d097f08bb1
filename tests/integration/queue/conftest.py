"""A harness over both kinds of database, in which one order is due."""

import pytest

from tests.support.clock import Clock
from tests.support.harness import Harness
from worker.domain.events import EventName
from worker.store.database.database import Database


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    harness = Harness(database, clock)
    assert harness.receive(EventName.DELIVERED) == "accepted"
    return harness
