"""The second revision of the schema brings what an installation of the first one has to today's rules."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tests.integration.store.test_migrations import MIGRATIONS
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey, Reference
from worker.domain.overview.filters import DeliveryFilter
from worker.store.database.database import Database
from worker.store.leases.order_store import SqlOrderStore
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.schema import migrate

ROWS = """
INSERT INTO orders (id, account, order_id, revision, seen_revision, stage, first_seen_at, updated_at, due, closed)
VALUES (1, 'main', 'misses', 2, 2, 'shipped', 5, 7, NULL, NULL),
       (2, 'main', 'on its way', 1, 1, 'shipped', 5, 7, NULL, NULL),
       (3, 'main', 'closed', 1, 1, 'completed', 5, 7, NULL, 'completed');
INSERT INTO events (source, key, order_row, revision, name, occurred_at, received_at, tracking, result)
VALUES ('courier', 'a', 1, 1, 'shipment.created', 5, 5, 'trk 1', 'noted'),
       ('courier', 'b', 1, 2, 'shipment.delivered', 6, 6, 'TRK-1', 'pending'),
       ('courier', 'c', 2, 1, 'shipment.picked_up', 6, 6, 'TRK2', 'applied'),
       ('courier', 'd', 3, 1, 'shipment.delivered', 6, 6, 'TRK3', 'applied');
INSERT INTO deliveries (source, received_at, outcome, body)
VALUES ('courier', 5, 'accepted', NULL), ('courier', 5, 'duplicate', NULL), ('courier', 5, 'quarantined', NULL),
       ('courier', 5, 'quarantined', NULL);
UPDATE deliveries SET body = CAST('as it came' AS {bytes}) WHERE outcome IN ('accepted', 'quarantined')
"""


@pytest.fixture
def updated(empty: Database) -> Database:
    """A database of the first revision with a few orders, after the update."""
    with empty.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0001")
        for statement in ROWS.format(bytes="BLOB" if empty.is_sqlite else "BYTEA").split(";"):
            connection.execute(text(statement))
    migrate(empty)
    return empty


def test_an_order_that_rests_although_a_parcel_has_arrived_is_looked_at_again(updated: Database):
    store = SqlOrderStore(updated)
    assert store.lease(OrderKey("main", "misses"), SECOND) is not None
    assert store.lease(OrderKey("main", "on its way"), SECOND) is None
    assert store.lease(OrderKey("main", "closed"), SECOND) is None


def test_the_tracking_numbers_of_old_events_compare_in_their_normal_form(updated: Database):
    store = SqlOrderStore(updated)
    assert store.known_as("main", [Reference("tracking", "TRK1")]) == ["misses"]


def test_what_is_kept_of_old_deliveries_is_counted_and_their_bodies_are_read_as_they_came(updated: Database):
    with updated.read() as connection:
        counts = connection.execute(text("SELECT outcome, deliveries, bytes FROM kept ORDER BY outcome")).all()
    assert [tuple(count) for count in counts] == [("duplicate", 1, 0), ("quarantined", 2, 20)]
    queries = DeliveryQueries(updated)
    rows = queries.page(DeliveryFilter("quarantined"), 1).rows
    _, details = queries.show(rows[0].id)
    assert details is not None
    assert (details.body, rows[0].size) == (b"as it came", 10)
