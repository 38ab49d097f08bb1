"""A database that cannot hold every text is refused in one sentence that says what to do."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from tests.conftest import POSTGRESQL
from tests.support.events import a_delivery, an_event
from tests.support.installation import Installation
from worker.domain.errors import UnsuitableDatabase
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.schema import check, migrate


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def url(request: pytest.FixtureRequest, postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of a database with this encoding."""
    name = f"fulfillment_test_{request.param.lower()}_{os.getpid()}"
    postgresql_server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    postgresql_server.execute(f"CREATE DATABASE \"{name}\" ENCODING '{request.param}' LOCALE 'C' TEMPLATE template0")
    yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    postgresql_server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("use", [migrate, check])
def test_a_database_that_cannot_hold_every_text_is_refused(url: str, use):
    database = Database(url)
    with pytest.raises(UnsuitableDatabase, match="cannot hold every text: create one with ENCODING 'UTF8'"):
        use(database)
    database.close()


@pytest.mark.parametrize("url", ["SQL_ASCII"], indirect=True)
def test_no_program_starts_on_it_and_each_says_so_in_one_sentence(url: str):
    installation = Installation(url)
    try:
        for arguments in (["migrate"], ["receiver"], ["worker"], ["doctor", "--json"]):
            ended = installation.run(*arguments)
            assert ended.returncode == 3, arguments
            assert "cannot hold every text" in ended.stdout + ended.stderr
            assert "Traceback" not in ended.stdout + ended.stderr
            assert "locals" not in ended.stdout + ended.stderr
            assert len((ended.stderr if arguments[0] != "doctor" else "").splitlines()) <= 1, ended.stderr
    finally:
        installation.close()


def test_every_text_is_kept_whatever_encoding_the_client_prefers(postgresql_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    database = Database(postgresql_url)
    assert SqlIntake(database).write(a_delivery(an_event(note="وصل الطرد 📦"))).outcome == "accepted"
    database.close()
