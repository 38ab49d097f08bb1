"""What a person sees in the database: readable times, and names that need no quotes."""

import pytest
from sqlalchemy import RowMapping, Table, text

from tests.support.clock import START
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness
from worker.domain.instants import HOUR
from worker.domain.reasons import WaitReason
from worker.domain.results import Later
from worker.store.database.database import Database
from worker.store.tables import events, metadata, orders

AT = START + 123_456
NOON, LATER = "2026-01-25 12:00:00.123456", "2026-01-25 13:00:00.123456"
TABLES = {"v_orders": orders, "v_events": events}


def instants_of(each: Table) -> set[str]:
    return {c.name for c in each.c if c.name.endswith(("_at", "_since", "_until")) or c.name in {"due", "not_before"}}


@pytest.fixture
def harness(database, clock):
    """One order that waits, and its only event."""
    clock.now = AT
    harness = Harness(database, clock)
    harness.intake.write(a_delivery(an_event(at=AT, parcels=2), received_at=AT))
    harness.finish(harness.order_keys()[0], Later(AT + HOUR, WaitReason.SETTLE), read_at=AT)
    return harness


def only_row(database: Database, name: str) -> RowMapping:
    with database.read() as connection:
        return connection.execute(text(f"SELECT * FROM {name}")).mappings().one()  # noqa: S608 - our own name


def test_the_view_of_orders_shows_readable_times(harness):
    row = only_row(harness.database, "v_orders")
    assert [str(row[name]) for name in ("first_seen_at", "read_at", "due")] == [NOON, NOON, LATER]
    assert (row["lease_until"], row["stopped_at"]) == (None, None)
    assert (row["account"], row["order_id"], row["waiting"]) == ("main", "1", "settle")


def test_the_view_of_events_shows_readable_times(harness):
    row = only_row(harness.database, "v_events")
    assert [str(row[name]) for name in ("occurred_at", "received_at")] == [NOON, NOON]
    assert (row["result"], row["result_at"], row["parcels"]) == ("pending", None, 2)


@pytest.mark.parametrize("view", TABLES)
def test_a_view_has_every_column_of_its_table_and_shows_every_instant_as_a_time(harness, view):
    instants = instants_of(TABLES[view])
    with harness.database.write() as connection:
        connection.execute(TABLES[view].update().values(dict.fromkeys(instants, AT)))
    shown, stored = only_row(harness.database, view), only_row(harness.database, TABLES[view].name)
    assert list(shown) == list(stored)
    assert {name for name in shown if shown[name] != stored[name]} == instants
    assert {str(shown[name]) for name in instants} == {NOON}


def test_a_view_shows_times_in_utc_whatever_the_zone_of_the_session(harness):
    with harness.database.read() as connection:
        if not harness.database.is_sqlite:
            connection.execute(text("SET LOCAL TIME ZONE 'Asia/Riyadh'"))
        assert str(connection.scalar(text("SELECT received_at FROM v_events"))) == NOON


def test_the_result_of_events_can_be_selected_without_quotes(harness):
    with harness.database.read() as connection:
        assert connection.execute(text("select result from events")).scalars().all() == ["pending"]


@pytest.mark.parametrize("name", metadata.tables)
def test_every_table_and_column_can_be_named_without_quotes(database: Database, name: str):
    columns = metadata.tables[name].columns.keys()
    with database.read() as connection:
        for column_name in columns:
            # Our own names, without quotes.
            connection.execute(text(f"SELECT {column_name} FROM {name} WHERE {column_name} IS NULL"))  # noqa: S608
        connection.execute(text(f"SELECT {', '.join(f't.{c} AS {c}' for c in columns)} FROM {name} t"))  # noqa: S608


def test_no_table_and_no_column_has_the_name_of_a_reserved_word(postgresql_url: str):
    names = {*metadata.tables, *(column.name for each in metadata.tables.values() for column in each.columns)}
    database = Database(postgresql_url)
    with database.read() as connection:
        reserved = connection.execute(text("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"))
        assert names & set(reserved.scalars()) == set()
    database.close()
