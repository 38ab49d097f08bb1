"""The schema's version: brought up to date by `migrate`, asked for by every service that starts."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from worker.domain.errors import SchemaOutdated
from worker.store.database.database import Database

NEEDED = "0001"
"""The newest revision in `migrations`. Revisions are numbers of four digits, so that later ones compare greater.

A newer database is fine: during a rolling deploy, the old program meets the new schema.
"""

_MIGRATIONS = Path(__file__).with_name("migrations")
_OURS = re.compile("[0-9]{4}")
_VERSION_TABLE = "alembic_version"
_LOCK = 0x66756C66696C6C
"""The key of PostgreSQL's advisory lock: any number will do that nobody else takes."""
_TIMEOUT_SECONDS = 600.0
"""How long a statement of a migration may take, or wait for another process that migrates."""


def migrate(database: Database) -> None:
    """Bring the schema up to date, all of it or nothing; of several processes at once, one does it and the others wait.

    Raises `StoreUnavailable` when the database cannot be reached, or is locked for ten minutes, and
    `SchemaOutdated` when it is another program's.
    """
    patient = Database(database.url, connections=1, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        with patient.write() as connection:
            if not patient.is_sqlite:  # There, the transaction is the only one that may write, and lock enough.
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if (found := _revision(connection)) is None or found < NEEDED:
                _upgrade(connection)
    finally:
        patient.close()


def check(database: Database) -> None:
    """Raise `SchemaOutdated` when the schema is missing or older than this program needs."""
    path = database.url.database
    if database.is_sqlite and path and not Path(path).exists():  # to look into it would make it
        raise SchemaOutdated("there is no database yet: run `fulfillment migrate`")
    with database.read() as connection:
        found = _revision(connection)
    if found is None:
        raise SchemaOutdated("the database has no schema yet: run `fulfillment migrate`")
    if found < NEEDED:
        raise SchemaOutdated(f"the database's schema is {found}, and {NEEDED} is needed: run `fulfillment migrate`")


def open_store(url: str, connections: int = 8) -> Database:
    """Return the database at *url* with at most *connections*. Raises `SchemaOutdated` or `StoreUnavailable`."""
    database = Database(url, connections=connections)
    check(database)
    return database


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608 - a constant
    if found is not None and not _OURS.fullmatch(found):
        raise SchemaOutdated("the database holds the tables of another program: give database_url one of its own")
    return found


def _upgrade(connection: Connection) -> None:
    # Only whoever migrates needs Alembic: a service that merely checks starts without it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    # The path is read as a template, where a percent sign begins a name.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
