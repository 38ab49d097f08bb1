"""Migrations make exactly the schema of `worker.store.tables`, all of it or nothing."""

import logging
import multiprocessing
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from worker.domain.accounts.call_requests import Request
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey, Reference
from worker.store import schema
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.database.database import Database
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore
from worker.store.schema import NEEDED, check, migrate
from worker.store.tables import metadata

MIGRATIONS = Path(schema.__file__).with_name("migrations")
SPAWN = multiprocessing.get_context("spawn")
PARCEL = Reference("tracking", "TRK1")
HANDMADE_ROWS = """
INSERT INTO orders (id, account, order_id, revision, first_seen_at, updated_at, due)
VALUES (7, 'main', '1', 1, 5, 5, 5), (8, 'other', '1', 1, 5, 5, NULL);
INSERT INTO events (source, key, order_row, revision, name, occurred_at, received_at, tracking, result)
VALUES ('courier', 'evt', 7, 1, 'shipment.created', 5, 5, 'TRK1', 'pending');
INSERT INTO holds (account, reason, since) VALUES ('other', 'credentials', 5)
"""
"""Rows with values only for the columns without a default."""


def _parts(sql: str) -> list[str]:
    return [part for piece in sql.replace(")", ",").split(",") if (part := " ".join(piece.split()))]


def structure(connection: Connection) -> list[str]:
    """Return every table, column, default, constraint and index, as the database itself describes them."""
    if connection.dialect.name == "sqlite":
        declared = (
            "SELECT sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND type IN ('table', 'index') AND name != 'alembic_version'"
        )
        # The database returns the constraints of a table in no particular order.
        return sorted(str(sorted(_parts(row.sql))) for row in connection.execute(text(declared)))
    columns = (
        "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default)"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name != 'alembic_version'"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'"
    constraints = (
        "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version'"
    )
    return sorted(row[0] for query in (columns, indexes, constraints) for row in connection.execute(text(query)))


def test_the_migrations_make_the_declared_tables(database: Database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_every_declared_index_constraint_and_default(empty: Database):
    with empty.write() as connection:
        metadata.create_all(connection)
        declared = structure(connection)
        metadata.drop_all(connection)
    migrate(empty)
    with empty.read() as connection:
        assert structure(connection) == declared


def test_services_need_the_newest_migration():
    script = ScriptDirectory(str(MIGRATIONS))
    assert script.get_heads() == [NEEDED]
    assert all(revision.revision.isdecimal() and len(revision.revision) == 4 for revision in script.walk_revisions())


def test_migrating_again_changes_nothing(database: Database):
    with database.read() as connection:
        before = structure(connection)
    migrate(database)
    check(database)
    with database.read() as connection:
        assert structure(connection) == before


def migrate_and_check(url: str) -> None:
    database = Database(url)
    migrate(database)
    check(database)
    database.close()


def test_rows_without_values_for_columns_with_a_default_are_usable_and_survive_a_migration(empty: Database):
    migrate(empty)
    with empty.write() as connection:
        for statement in HANDMADE_ROWS.split(";"):
            connection.execute(text(statement))
    migrate(empty)
    check(empty)
    order_store, operator_store = SqlOrderStore(empty), SqlOperatorStore(empty)
    assert order_store.known_as("main", [PARCEL]) == ["1"]
    assert order_store.known_as("other", [PARCEL]) == []
    assert order_store.lease(OrderKey("other", "1"), SECOND) is None
    leased = order_store.lease(OrderKey("main", "1"), SECOND)
    assert leased is not None
    assert (leased.order.number, [recorded.event.key for recorded in leased.events]) == ("", ["evt"])
    snapshot = operator_store.snapshot(OrderKey("main", "1"))
    assert snapshot is not None
    assert [entry.reference for entry in snapshot.event_entries] == [""]
    assert SqlCallLimits(empty).acquire("main", Request(1), 60).wait == 0


def test_processes_may_migrate_at_once(empty: Database):
    url = empty.url.render_as_string(hide_password=False)
    with SPAWN.Pool(3) as pool:
        pool.map(migrate_and_check, [url] * 3, chunksize=1)
    check(empty)


def test_a_migration_is_done_completely_or_not_at_all(empty: Database):
    with empty.write() as connection:
        metadata.tables["counters"].create(connection)
    with pytest.raises(StoreUnavailable, match="counters"):
        migrate(empty)
    with empty.read() as connection:
        assert inspect(connection).get_table_names() == ["counters"]


def test_a_migration_prints_nothing(empty: Database, capfd: pytest.CaptureFixture[str]):
    migrate(empty)
    assert capfd.readouterr() == ("", "")
    assert all(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("alembic").handlers)


def test_the_migrations_work_in_a_folder_with_special_characters(tmp_path: Path):
    copy = tmp_path / "100% of it; really"
    shutil.copytree(MIGRATIONS.parents[1], copy / "worker", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from worker.store import schema; from worker.store.database.database import Database;"
        "d = Database('sqlite:///new.db');"
        "schema.migrate(d); schema.check(d); print(schema.__file__)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=copy, capture_output=True, text=True, timeout=100, check=True
    )
    assert finished.stdout.startswith(str(copy))


def test_a_migration_does_not_wait_for_the_tables_of_another_program(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    other, migrator = Database(postgresql_url), Database(postgresql_url)
    upgrades = list[Connection]()
    monkeypatch.setattr(schema, "NEEDED", "9999")
    monkeypatch.setattr(schema, "_TIMEOUT_SECONDS", 30.0)
    monkeypatch.setattr(schema, "_upgrade", upgrades.append)
    with other.write() as connection:
        connection.execute(text("CREATE TABLE merchants (id int)"))
    try:
        with other.write() as connection:
            connection.execute(text("INSERT INTO merchants VALUES (1)"))
            migrate(migrator)
        assert upgrades
    finally:
        with other.write() as connection:
            connection.execute(text("DROP TABLE merchants"))
        other.close()
        migrator.close()


def test_a_migration_waits_for_tables_in_use_without_a_deadlock_and_keeps_nobody_waiting_for_long(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    services, migrator = Database(postgresql_url), Database(postgresql_url)
    upgrades = list[float]()
    monkeypatch.setattr(schema, "NEEDED", "9999")
    monkeypatch.setattr(schema, "_upgrade", lambda _connection: upgrades.append(time.monotonic()))
    with ThreadPoolExecutor(1) as pool:
        with services.write() as connection:
            connection.execute(text("LOCK TABLE writes IN ROW EXCLUSIVE MODE"))
            migrated = pool.submit(migrate, migrator)
            for table in ("orders", "events", "deliveries", "holds"):  # each of them may be locked by the migration
                time.sleep(0.4)  # it tries again and again meanwhile
                connection.execute(text(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE"))
            assert not upgrades
            ended_at = time.monotonic()
        migrated.result(60)
    assert upgrades[0] > ended_at
    services.close()
    migrator.close()
