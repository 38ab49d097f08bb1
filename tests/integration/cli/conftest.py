import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.fastbox import PROFILE
from tests.support.harness import Harness
from tests.support.sandboxes import OPTIONS, Platform, platforms
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database


@pytest.fixture
def fulfillment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Commands:
    """The command line of a new installation: there is no database yet."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    return Commands(monkeypatch, capsys, str(tmp_path / "data"))


@pytest.fixture
def harness(fulfillment: Commands, database_url: str) -> Iterator[Harness]:
    """A database of each kind, which the command line uses too. The test's clock begins at the present time."""
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
def account_at(fulfillment: Commands, sandboxes: Mapping[str, Platform], sqlite_url: str) -> Callable[[str], Platform]:
    """Gives the account `main` an empty platform of this kind, and makes a database."""

    def connect(kind: str) -> Platform:
        platform = sandboxes[kind]
        platform("POST", "/reset")
        database_url = os.environ.get("FULFILLMENT_DATABASE_URL", sqlite_url)
        fulfillment.set({"FULFILLMENT_DATABASE_URL": database_url, **platform.settings})
        return platform

    return connect


@pytest.fixture(params=OPTIONS)
def platform(request: pytest.FixtureRequest, account_at: Callable[[str], Platform]) -> Platform:
    """Every kind of platform, one after another."""
    return account_at(request.param)


@pytest.fixture
def fastbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an own profile, in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "fastbox.toml"
    path.write_text(PROFILE)
    return path
