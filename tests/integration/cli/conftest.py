import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.sandboxes import OPTIONS, Platform, platforms
from tests.support.harness import Harness
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database


@pytest.fixture
def fulfillment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Commands:
    """The command line of a fresh installation: there is no database yet."""
    return Commands(monkeypatch, capsys, str(tmp_path / "data"))


@pytest.fixture
def harness(fulfillment: Commands, database_url: str) -> Iterator[Harness]:
    """A journal on either database, which the command line sees; the test's clock begins now."""
    fulfillment.set(
        {"FULFILLMENT_DATABASE_URL": database_url.replace("sqlite:///", "sqlite:////", 1).replace("/////", "////")}
    )
    clock = Clock(machine_now())
    database = Database(database_url, clock=clock)
    yield Harness(database, clock)
    database.close()


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Mapping[str, Platform]]:
    with platforms() as running:
        yield running


@pytest.fixture
def found_at(fulfillment: Commands, sandboxes: Mapping[str, Platform], sqlite_url: str) -> Callable[[str], Platform]:
    """Puts the account `main` at the platform of this kind, where nothing has happened yet; there is a journal."""

    def put(kind: str) -> Platform:
        platform = sandboxes[kind]
        platform("POST", "/reset")
        open_database = os.environ.get("FULFILLMENT_DATABASE_URL", sqlite_url)
        fulfillment.set({"FULFILLMENT_DATABASE_URL": open_database, **platform.settings})
        return platform

    return put


@pytest.fixture(params=OPTIONS)
def platform(request: pytest.FixtureRequest, found_at: Callable[[str], Platform]) -> Platform:
    """Every kind of platform, one after another."""
    return found_at(request.param)
