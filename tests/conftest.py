"""What all tests share: a clock that they set, and both kinds of database, migrated once and empty for each test."""

import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text

from tests.support.clock import Clock
from tests.support.programs import until
from webhook_receiver.server.server import LEVELS as SERVER_LEVELS
from worker.processes.logs import QUIET, SILENT
from worker.store.database.database import Database
from worker.store.schema import migrate
from worker.store.tables import metadata

# On a busy machine, a slow example is no failure. In CI, one change has one result; elsewhere, examples are new.
settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("tests")

POSTGRESQL = os.environ.get("TEST_DATABASE_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"

LEVELS = {logger: logger.level for logger in map(logging.getLogger, [None, *QUIET, *SILENT, *SERVER_LEVELS])}
"""The levels of the loggers that the programs set, before any program has."""


def pytest_configure() -> None:
    """Let pytest and the programs under test react to Ctrl-C, because a shell makes background programs ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def missing(service: str, why: object) -> None:
    """Skip a test because *service* is missing; with CI=true, fail, because nobody notices a skipped test there."""
    message = f"{service} is missing: {why}".strip()
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Undo after each test what the programs set for the logs of their process: other tests read log records."""
    handlers = logging.root.handlers[:]
    yield
    logging.root.handlers[:] = handlers
    for logger, level in LEVELS.items():
        if logger.level != level:  # to set it costs something
            logger.setLevel(level)
    if structlog.is_configured():
        structlog.reset_defaults()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name: the path of a socket must be short, and the names of pytest's folders are long."""
    with tempfile.TemporaryDirectory(prefix="test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "fulfillment.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        migrate(database)
    return path


@pytest.fixture
def sqlite_url(sqlite_migrated: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_migrated, tmp_path / 'fulfillment.db')}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[psycopg.Connection]:
    url = make_url(POSTGRESQL).set(drivername="postgresql")
    try:
        server = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=30)
    except psycopg.OperationalError as error:
        missing("PostgreSQL", error)
        raise
    with server:
        yield server


def new_database(server: psycopg.Connection, name: str) -> Iterator[str]:
    """Make an empty database, yield its URL, and drop it, even if a client is still connected."""
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{name}"')
    yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate_for_tests(url: str) -> None:
    """Make the tables. The server finds out something about their rows when a test says so (ANALYZE), not at any time.

    So a statement has the same plan in each run.
    """
    with closing(Database(url)) as database:
        migrate(database)
        with database.write() as connection:
            for table in metadata.sorted_tables:
                connection.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)"))


@pytest.fixture(scope="session")
def postgresql_migrated(postgresql_server: psycopg.Connection) -> Iterator[str]:
    # Each worker of pytest-xdist has a database of its own.
    for url in new_database(postgresql_server, f"fulfillment_test_{os.getpid()}"):
        migrate_for_tests(url)
        yield url


@pytest.fixture
def new_postgresql_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of a database of this test alone, for very many rows, and for plans that no earlier test changes."""
    name = f"fulfillment_test_{os.getpid()}_new"
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    for url in new_database(postgresql_server, name):
        migrate_for_tests(url)
        # A session that has just ended still adds to the statistics.
        until(lambda: postgresql_server.execute(others, [name]).fetchone() == (0,), what="the sessions have ended")
        yield url


@pytest.fixture
def postgresql_url(postgresql_migrated: str) -> str:
    # DELETE of a few rows is forty times faster than TRUNCATE, which makes new files, as ALTER SEQUENCE does.
    deletes = [str(table.delete()) for table in reversed(metadata.sorted_tables)]
    sequences = [f"{table.name}_id_seq" for table in metadata.sorted_tables if "id" in table.c]
    restarts = [f"SELECT setval('{sequence}', 1, false)" for sequence in sequences]
    url = make_url(postgresql_migrated).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("; ".join(["SET lock_timeout = '5s'", *deletes, *restarts]))
    return postgresql_migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database. A test that uses it runs on both kinds of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str, clock: Clock) -> Iterator[Database]:
    """An empty database with the clock of the test."""
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()
