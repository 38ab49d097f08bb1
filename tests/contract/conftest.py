"""What the contract tests share: a test of a port runs over its fake and over its real adapters."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.fakes import FakeIntake
from tests.support.harness import Harness
from tests.support.sandbox_account import PATIENT, SandboxAccount, sandbox
from tests.support.searches import NUMBER
from worker.domain.orders import OrderKey
from worker.order_api.http.client import Client
from worker.order_api.platforms import PLATFORMS
from worker.ports import Intake, LeasedOrder
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.plain.way import PlainWay
from worker.store.leases.general import GeneralOrderStore
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import counters, deliveries, events, orders


class Contents(Protocol):
    """An intake, and what it has written."""

    @property
    def intake(self) -> Intake: ...

    def revision(self, key: OrderKey) -> int: ...

    def outcomes(self) -> list[tuple[str, str]]: ...

    def details(self) -> list[str]: ...

    def keys(self) -> list[str]: ...

    def counters(self) -> dict[tuple[str, str], int]: ...


class FakeContents:
    """What the fake intake has written."""

    def __init__(self, intake: FakeIntake) -> None:
        self.intake = self._fake = intake

    def revision(self, key: OrderKey) -> int:
        return self._fake.revisions[key]

    def outcomes(self) -> list[tuple[str, str]]:
        return [(stored.outcome, stored.reason) for stored in self._fake.deliveries.values()]

    def details(self) -> list[str]:
        return [stored.detail for stored in self._fake.deliveries.values()]

    def keys(self) -> list[str]:
        return [key for _, key in self._fake.events]

    def counters(self) -> dict[tuple[str, str], int]:
        return dict(self._fake.counters)


@dataclass
class SqlContents:
    """What the intake in SQL has written."""

    database: Database

    def __post_init__(self) -> None:
        self.intake = SqlIntake(self.database)

    def revision(self, key: OrderKey) -> int:
        with self.database.read() as connection:
            return connection.execute(select(orders.c.revision).where(has_key(key))).scalar() or 0

    def outcomes(self) -> list[tuple[str, str]]:
        query = select(deliveries.c.outcome, deliveries.c.reason).order_by(deliveries.c.id)
        with self.database.read() as connection:
            return [(outcome, reason) for outcome, reason in connection.execute(query)]

    def details(self) -> list[str]:
        with self.database.read() as connection:
            return list(connection.execute(select(deliveries.c.detail).order_by(deliveries.c.id)).scalars())

    def keys(self) -> list[str]:
        with self.database.read() as connection:
            return list(connection.execute(select(events.c.key).order_by(events.c.id)).scalars())

    def counters(self) -> dict[tuple[str, str], int]:
        with self.database.read() as connection:
            return {(source, outcome): count for source, outcome, count in connection.execute(select(counters))}


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    """A worker and a receiver without their processes, over an empty database."""
    return Harness(database, clock)


@pytest.fixture(params=[SqlOrderStore, GeneralOrderStore], ids=["plain", "general"])
def each_way(request: pytest.FixtureRequest, harness: Harness) -> None:
    """The order store takes the plain way where it can, or the general way for everything."""
    harness.order_store = request.param(harness.database)


@pytest.fixture
def first_event(harness: Harness) -> None:
    """The order has one event, with the key `first`."""
    assert harness.receive("shipment.picked_up", "A", key="first") == "accepted"


@pytest.fixture
def leased(harness: Harness, first_event: None) -> LeasedOrder:
    """The order under a lease that was just taken."""
    return harness.lease()


@pytest.fixture
def leased_reference(harness: Harness, first_event: None) -> LeasedOrder:
    """A reference with two events, under a lease that was just taken."""
    assert harness.receive("shipment.delivered", order=NUMBER, key="a") == "accepted"
    assert harness.receive("shipment.created", order=NUMBER, key="b") == "accepted"
    return harness.lease(NUMBER)


@pytest.fixture(params=["fake", "sqlite", "postgresql", "sqlite, the general way", "postgresql, the general way"])
def contents(request: pytest.FixtureRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contents]:
    if request.param == "fake":
        yield FakeContents(FakeIntake(time=clock.now))
        return
    kind, _, way = request.param.partition(", ")
    if way:
        monkeypatch.setattr(PlainWay, "write", lambda *_: {})
    database = Database(request.getfixturevalue(f"{kind}_url"), clock=clock)
    yield SqlContents(database)
    database.close()


@pytest.fixture(scope="module", params=[*PLATFORMS])
def platform(request):
    """The name of a platform. A test that uses this fixture, or one of the following, runs on each platform."""
    return request.param


@pytest.fixture(scope="module")
def url(platform):
    with sandbox(platform=platform) as url:
        yield url


@pytest.fixture(scope="module")
def client():
    with Client(PATIENT) as client:
        yield client


@pytest.fixture
def account(url, client, platform):
    with closing(SandboxAccount(url, client, platform)) as account:
        account.control("POST", "/reset")
        yield account
