"""A database of the first version is brought up to date: none of its rows is lost, and all are usable."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from worker.domain.instants import DAY, SECOND
from worker.domain.orders import OrderKey, Reference
from worker.domain.overview.filters import DeliveryFilter, OrderFilter
from worker.store import schema
from worker.store.database.database import Database
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.queries.integrity import IntegrityQueries
from worker.store.queries.orders import OrderQueries
from worker.store.schema import migrate

MIGRATIONS = Path(schema.__file__).with_name("migrations")
ROWS = """
INSERT INTO orders (id, account, order_id, revision, seen_revision, stage, read_at, confirmed_at, closed, due,
    first_seen_at, updated_at, event_count)
VALUES (1, 'main', '1', 2, 2, 'shipped', 60, 50, NULL, NULL, 5, 90, 2),
    (2, 'main', '2', 1, 0, NULL, NULL, NULL, NULL, 7, 5, 5, 1),
    (3, 'main', 'number:ORD-3', 1, 0, NULL, 60, NULL, NULL, 8, 5, 5, 1),
    (4, 'main', '4', 1, 1, 'accepted', 70, 65, 'cancelled', NULL, 5, 70, 1);
INSERT INTO deliveries (id, source, received_at, outcome, reason, body)
VALUES (1, 'courier', 5, 'accepted', '', NULL), (2, 'courier', 6, 'accepted', '', NULL),
    (3, 'courier', 7, 'quarantined', 'which_parcel', {body}), (4, 'courier', 8, 'quarantined', 'not_json', {body}),
    (5, 'courier', 9, 'accepted', '', NULL);
INSERT INTO events (source, key, delivery_id, order_row, revision, name, occurred_at, received_at, tracking, result)
VALUES ('courier', 'e1', 1, 1, 1, 'shipment.picked_up', 5, 5, 'trk-1 a', 'applied'),
    ('courier', 'e2', 2, 1, 2, 'shipment.delivered', 5, 5, 'trk-1 a', 'pending'),
    ('courier', 'e3', 5, 2, 1, 'shipment.created', 5, 5, '', 'pending'),
    ('courier', 'e4', 5, 3, 1, 'shipment.created', 5, 5, '', 'pending'),
    ('courier', 'e5', 5, 4, 1, 'order.accepted', 5, 5, '', 'applied');
INSERT INTO writes (order_row, lease_token, revision, stage, inferred, evidence_at, fields, sent_at, answered_at,
    outcome)
VALUES (1, 'a-lease', 1, 'shipped', false, 5, '{{"status" : "shipped"}}', 40, 50, 'confirmed');
INSERT INTO holds (account, reason, since) VALUES ('other', 'credentials', 5)
"""
BODIES = {"sqlite": "CAST('{' AS BLOB)", "postgresql": "CAST('{' AS bytea)"}


@pytest.fixture
def upgraded(empty: Database) -> Database:
    """A database that had these rows before it was brought up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with empty.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in ROWS.format(body=BODIES[connection.dialect.name]).split(";"):
            connection.exec_driver_sql(statement)
    migrate(empty)
    return empty


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_orders_know_whether_they_were_shown_and_since_when_they_are_at_their_stage(upgraded: Database):
    assert rows(upgraded, "SELECT order_id, lane, staged_at, closed_at FROM orders ORDER BY id") == [
        ("1", 0, 50, None),
        ("2", 1, None, None),
        ("number:ORD-3", 1, None, None),
        ("4", 0, 65, 70),
    ]


def test_an_order_that_rests_although_a_parcel_has_arrived_is_looked_at_again(upgraded: Database):
    assert rows(upgraded, "SELECT id, due FROM orders WHERE due IS NOT NULL ORDER BY id") == [(1, 90), (2, 7), (3, 8)]


def test_numbers_of_parcels_compare_and_what_is_kept_is_counted(upgraded: Database):
    assert SqlOrderStore(upgraded).known_as("main", [Reference("tracking", "TRK1-A")]) == ["1"]
    assert rows(upgraded, "SELECT source, outcome, deliveries, bytes, evicted FROM kept") == [
        ("courier", "quarantined", 2, 2, 0)
    ]


def test_every_row_can_be_read_listed_and_reconciled_and_the_tables_agree(upgraded: Database):
    key = OrderKey("main", "1")
    snapshot = SqlOperatorStore(upgraded).snapshot(key)
    assert snapshot is not None
    assert ([entry.delivery_id for entry in snapshot.event_entries], len(snapshot.writes)) == ([1, 2], 1)
    assert len(OrderQueries(upgraded).page(OrderFilter(), 10).rows) == 4
    assert len(DeliveryQueries(upgraded).page(DeliveryFilter(), 10).rows) == 5
    _, details = DeliveryQueries(upgraded).show(3)
    assert details is not None
    assert (details.body, dict(details.headers), details.row.named) == (b"{", {}, "")
    leased = SqlOrderStore(upgraded).lease(key, SECOND)
    assert leased is not None
    assert not any(IntegrityQueries(upgraded).check({}, DAY).discrepancies.values())
