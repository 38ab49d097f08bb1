from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.shop import Shop
from worker.journal.clocks import machine_now
from worker.journal.database import Database


@pytest.fixture
def fulfillment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Commands:
    """The command line of a fresh installation: there is no database yet."""
    return Commands(monkeypatch, capsys, str(tmp_path / "data"))


@pytest.fixture
def shop(fulfillment: Commands, database_url: str) -> Iterator[Shop]:
    """A journal on either database, which the command line sees; the test's clock begins now."""
    fulfillment.set(
        {"FULFILLMENT_DATABASE_URL": database_url.replace("sqlite:///", "sqlite:////", 1).replace("/////", "////")}
    )
    clock = Clock(machine_now())
    database = Database(database_url, clock=clock)
    yield Shop(database, clock)
    database.close()
