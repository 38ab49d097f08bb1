"""The version of the schema: `migrate` brings it up to date, and every service checks it at its start."""

import random
import re
import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from worker.domain.errors import SchemaOutdated, StoreUnavailable
from worker.store.database.database import Database
from worker.store.tables import metadata

NEEDED = "0003"
"""The newest revision in `migrations`. Revisions are numbers of four digits, so that later ones compare greater.

A database with a newer schema can be used: during a rolling deploy, the old program meets the new schema.
"""

_MIGRATIONS = Path(__file__).with_name("migrations")
_OURS = re.compile("[0-9]{4}")
_VERSION_TABLE = "alembic_version"
_REVISION = text(f"SELECT version_num FROM {_VERSION_TABLE}")  # noqa: S608 - a constant
"""Selects the revision of the schema."""
_LOCK = text(f"SELECT pg_advisory_xact_lock({0x66756C66696C6C})")
"""Locks the schema on PostgreSQL until the transaction ends. The number is arbitrary, and that of no other program."""
_TABLES_TIMEOUT_MS = 500
"""How long a migration waits for its tables. PostgreSQL calls it a deadlock when somebody has waited for a second."""
_PAUSE_SECONDS = 0.2
"""After a migration that did not get all tables, the services may use them for this long."""
_IS_IN_USE = frozenset({"57014", "40P01"})
"""PostgreSQL's states after a timeout, and after a deadlock."""
_TIMEOUT_SECONDS = 600.0
"""How long a statement of a migration may take, or wait for another process that migrates."""


def migrate(database: Database) -> None:
    """Bring the schema up to date in one transaction. When several processes migrate, one does it and the others wait.

    Raises `StoreUnavailable` when the database cannot be reached, or is locked for ten minutes, and `SchemaOutdated`
    when the database belongs to another program.
    """
    own_database = Database(database.url, connections=1, timeout_seconds=_TIMEOUT_SECONDS)
    ends_at = time.monotonic() + _TIMEOUT_SECONDS
    try:
        while not _is_migrated(own_database, ends_at):
            time.sleep(random.uniform(0.5, 1.5) * _PAUSE_SECONDS)  # noqa: S311 - no secret depends on it
    finally:
        own_database.close()


def _is_migrated(database: Database, ends_at: float) -> bool:
    """Migrate, and return True; False if services use the tables right now, and the time *ends_at* is not over."""
    try:
        with database.write() as connection:
            if not database.is_sqlite:  # on SQLite, a transaction that writes is the only one
                connection.execute(_LOCK)
            if (revision := _revision(connection)) is None or revision < NEEDED:
                if not database.is_sqlite:
                    _lock_tables(connection)
                _upgrade(connection)
    except StoreUnavailable as error:
        state = getattr(getattr(error.__cause__, "orig", None), "sqlstate", None)
        if state not in _IS_IN_USE or time.monotonic() > ends_at:
            raise
        return False
    return True


def _lock_tables(connection: Connection) -> None:
    """Lock all our tables before the first is changed, or none. Those of other programs stay free.

    Services lock them in another sequence. Whoever waited for one table with the lock of another would make a circle
    with them, and PostgreSQL would end one of the two transactions.
    """
    present = metadata.tables.keys() & inspect(connection).get_table_names()
    if tables := ", ".join(f'"{name}"' for name in sorted(present)):
        former = connection.scalar(text("SHOW statement_timeout"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{_TABLES_TIMEOUT_MS}ms'"))
        connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{former}'"))


def check(database: Database) -> None:
    """Raise `SchemaOutdated` when the schema is missing or older than this program needs."""
    path = database.url.database
    if database.is_sqlite and path and not Path(path).exists():  # a connection would create it
        raise SchemaOutdated("there is no database yet: run `fulfillment migrate`")
    with database.read() as connection:
        revision = _revision(connection)
    if revision is None:
        raise SchemaOutdated("the database has no schema yet: run `fulfillment migrate`")
    if revision < NEEDED:
        raise SchemaOutdated(f"the database's schema is {revision}, and {NEEDED} is needed: run `fulfillment migrate`")


def open_store(url: str, connections: int = 8) -> Database:
    """Open the database at *url*, with at most *connections*. Raises `SchemaOutdated` or `StoreUnavailable`."""
    database = Database(url, connections=connections)
    check(database)
    return database


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(_REVISION)
    if revision is not None and not _OURS.fullmatch(revision):
        raise SchemaOutdated("the database holds the tables of another program: give database_url one of its own")
    return revision


def _upgrade(connection: Connection) -> None:
    # Alembic is loaded only here, so that a service, which only checks the schema, starts faster.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    # Alembic reads the path as a template, in which a percent sign begins a name.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
