"""Every table and column, in one place. Instants are integers: microseconds since 1970, UTC.

orders      one row for each order or reference: its state, its lease, and when it is due
deliveries  one row for each stored delivery, with its outcome
events      the events of deliveries, unique by (source, key), each with one result
writes      every write to a platform: its fields, its answer, and the lease under which it was sent
audit_log   what else happened to an order: stops, releases, closings
holds       accounts that wait, one row for each account and reason
locks       locks for work that only one worker should do
counters    how many deliveries were counted and not stored
budgets     when the call limit of each account is full again

The partial indexes are in `partial_indexes`. No column has the name of a reserved word. The views `v_orders` and
`v_events` show instants as readable times.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ROW_ID = BigInteger().with_variant(Integer, "sqlite")
"""The type of the ids of rows. SQLite numbers rows only in a column of the type INTEGER, which holds 64 bits there."""


def _instant(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


orders = Table(
    "orders",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("account", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    # The fields of `worker.domain.orders.Order`.
    Column("revision", BigInteger, nullable=False),
    Column("seen_revision", BigInteger, nullable=False, server_default="0"),
    Column("stage", Text),
    Column("status", Text, nullable=False, server_default=""),
    _instant("read_at"),
    _instant("confirmed_at"),
    _instant("delivered_at"),
    Column("closed", Text),
    Column("closed_revision", BigInteger, nullable=False, server_default="0"),
    Column("acknowledged", BigInteger, nullable=False, server_default="0"),
    Column("sending", Text),
    _instant("sent_at"),
    _instant("uncertain_at"),
    _instant("behind_at"),
    _instant("failing_since"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("conflicts", Integer, nullable=False, server_default="0"),
    _instant("missing_since"),
    Column("unread", Boolean, nullable=False, server_default=text("false")),
    _instant("first_seen_at", nullable=False),
    # The lease: which reconciliation has the order, and until when.
    Column("lease_token", Text),
    _instant("lease_until"),
    # The schedule: `due` is NULL while the order waits for events or a person, and never earlier than `not_before`.
    _instant("due"),
    _instant("not_before"),
    _instant("enqueued_at"),
    Column("waiting", Text, nullable=False, server_default=""),
    Column("waiting_detail", Text, nullable=False, server_default=""),
    # The stop: why the order needs a person.
    Column("stop", Text),
    Column("stop_detail", Text, nullable=False, server_default=""),
    _instant("stopped_at"),
    Column("event_count", Integer, nullable=False, server_default="0"),
    _instant("updated_at", nullable=False),
    # The number by which people name the order; empty until a read or a search has shown it.
    Column("number", Text, nullable=False, server_default=""),
    UniqueConstraint("account", "order_id"),
    Index("ix_orders_updated", "updated_at"),
)
NUMBERED = text("number != ''")
"""The condition of the index on numbers."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("source", Text, nullable=False),
    _instant("received_at", nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("keep_once", Text, unique=True),
    Column("body", LargeBinary),
    _instant("replayed_at"),
    Index("ix_deliveries_outcome", "outcome", "received_at"),
    Index("ix_deliveries_received_at", "received_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("delivery_id", _ROW_ID, ForeignKey("deliveries.id")),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    _instant("occurred_at", nullable=False),
    _instant("received_at", nullable=False),
    Column("tracking", Text, nullable=False, server_default=""),
    Column("tracking_url", Text, nullable=False, server_default=""),
    Column("parcels", Integer),
    Column("note", Text, nullable=False, server_default=""),
    Column("result", Text, nullable=False),
    _instant("result_at"),
    # The reference that named the order; empty until the order is found, and when the event has the id.
    Column("reference", Text, nullable=False, server_default=""),
    # The courier's own id of the shipment; empty when the event has none.
    Column("shipment", Text, nullable=False, server_default=""),
    # The account in which the order is searched; empty when the order is known.
    Column("searched_in", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "key"),
    Index("ix_events_order_row", "order_row", "revision"),
    Index("ix_events_delivery_id", "delivery_id"),
)
TRACKED = text("tracking != ''")
"""The condition of the index on tracking numbers."""
HAS_SHIPMENT = text("shipment != ''")
"""The condition of the index on shipment ids."""
AWAITS_TRACKING = text("searched_in != '' AND tracking != ''")
"""The condition of the index on tracking numbers for which references wait."""
AWAITS_SHIPMENT = text("searched_in != '' AND shipment != ''")
"""The condition of the index on shipment ids for which references wait."""

writes = Table(
    "writes",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    Column("lease_token", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    _instant("evidence_at", nullable=False),
    Column("fields", JSON, nullable=False),
    _instant("sent_at", nullable=False),
    _instant("answered_at"),
    Column("outcome", Text, nullable=False, server_default="sent"),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_writes_order_row", "order_row"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    _instant("at", nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_audit_log_order_row", "order_row"),
)

holds = Table(
    "holds",
    metadata,
    Column("account", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    _instant("since", nullable=False),
    _instant("until"),
    Column("detail", Text, nullable=False, server_default=""),
)

locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    _instant("locked_until", nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("source", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("account", Text, primary_key=True),
    _instant("refilled_at", nullable=False),
)
