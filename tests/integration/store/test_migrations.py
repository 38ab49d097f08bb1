"""Migrations make what the tables say, whole or not at all, and keep what a journal holds."""

import logging
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.store import schema
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.database.database import Database
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore
from worker.store.schema import NEEDED, check, migrate
from worker.store.tables import metadata

MIGRATIONS = Path(schema.__file__).with_name("migrations")
ELSEWHERE = multiprocessing.get_context("spawn")
OLD_JOURNAL = """
INSERT INTO orders (id, account, order_id, revision, first_seen_at, updated_at, due)
VALUES (7, 'main', '1', 1, 5, 5, 5), (8, 'other', '1', 1, 5, 5, NULL);
INSERT INTO events (source, key, "order", revision, name, occurred_at, received_at, tracking, "end")
VALUES ('courier', 'evt', 7, 1, 'shipment.created', 5, 5, 'TRK1', 'pending');
INSERT INTO holds (account, reason, since) VALUES ('other', 'operator', 5)
"""


def _parts(sql: str) -> list[str]:
    return [part for piece in sql.replace(")", ",").split(",") if (part := " ".join(piece.split()))]


def structure(connection: Connection) -> list[str]:
    """Every table, column, default, constraint and index, as the database itself describes them."""
    if connection.dialect.name == "sqlite":
        written = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
        # The constraints of a table come in no particular order, and a column that was added stands behind them.
        return sorted(str(sorted(_parts(row.sql))) for row in connection.execute(text(written)))
    columns = (
        "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default)"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'"
    constraints = (
        "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version'"
    )
    return sorted(row[0] for query in (columns, indexes, constraints) for row in connection.execute(text(query)))


def test_the_migrations_make_what_the_tables_say(database: Database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_every_index_constraint_and_default_to_the_letter(empty: Database):
    with empty.write() as connection:
        metadata.create_all(connection)
        declared = structure(connection)
        metadata.drop_all(connection)
    migrate(empty)
    with empty.read() as connection:
        assert structure(connection) == declared


def test_the_newest_migration_is_the_one_that_services_ask_for():
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


def migrate_to(database: Database, revision: str) -> None:
    with database.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)


def test_a_journal_from_before_there_were_references_keeps_its_orders_and_finds_them_by_their_parcels(empty: Database):
    migrate_to(empty, "0001")
    with empty.write() as connection:
        for statement in OLD_JOURNAL.split(";"):
            connection.execute(text(statement))
    migrate(empty)
    check(empty)
    order_store, store = SqlOrderStore(empty), SqlOperatorStore(empty)
    assert order_store.known_as(OrderKey("main", "tracking:TRK1")) == ["1"]
    assert order_store.known_as(OrderKey("other", "tracking:TRK1")) == []
    assert order_store.lease(OrderKey("other", "1"), SECOND) is None
    leased = order_store.lease(OrderKey("main", "1"), SECOND)
    assert leased is not None
    assert (leased.order.number, [told.event.key for told in leased.events]) == ("", ["evt"])
    seen = store.snapshot(OrderKey("main", "1"))
    assert seen is not None
    assert [told.reference for told in seen.news] == [""]
    assert SqlCallLimits(empty).spend("main", 1, 60) == 0


def test_processes_that_migrate_at_once_do_each_other_no_harm(empty: Database):
    url = empty.url.render_as_string(hide_password=False)
    with ELSEWHERE.Pool(3) as pool:
        pool.map(migrate_and_check, [url] * 3, chunksize=1)
    check(empty)


def test_a_migration_is_done_whole_or_not_at_all(empty: Database):
    with empty.write() as connection:
        metadata.tables["counters"].create(connection)
    with pytest.raises(StoreUnavailable, match="counters"):
        migrate(empty)
    with empty.read() as connection:
        assert inspect(connection).get_table_names() == ["counters"]


def test_migrating_says_nothing_on_the_terminal(empty: Database, capfd: pytest.CaptureFixture[str]):
    migrate(empty)
    assert capfd.readouterr() == ("", "")
    assert all(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("alembic").handlers)


def test_the_migrations_work_from_a_folder_with_awkward_letters(tmp_path: Path):
    copy = tmp_path / "100% of it; really"
    shutil.copytree(MIGRATIONS.parents[1], copy / "worker", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from worker.store import database, schema; d = database.Database('sqlite:///new.db');"
        "schema.migrate(d); schema.check(d); print(schema.__file__)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=copy, capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.startswith(str(copy))
