"""Every table and column, in one place. Instants are integers: microseconds since 1970, UTC.

orders      one row an order or a reference: what we remember of it, its lease, and when it is due
deliveries  one row a stored webhook request, with its outcome
events      what deliveries say, unique by (source, key), each with one result
writes      every write to a platform: what was sent, what was answered, under which lease
audit_log   what happened to an order besides: stops, releases, closings
holds       accounts that wait, one row for each reason
locks       who may do what only one worker should do
counters    deliveries that are counted and not stored
budgets     how much of its call limit each account has used

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

Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows only in a column of the type INTEGER, which holds 64 bits there."""


def _instant(name: str) -> Column[int]:
    return Column(name, BigInteger)


orders = Table(
    "orders",
    metadata,
    Column("id", Number, primary_key=True),
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
    Column("first_seen_at", BigInteger, nullable=False),
    # Who may reconcile it, and until when.
    Column("lease_token", Text),
    _instant("lease_until"),
    # When it is reconciled next: `due` is never earlier than `not_before`, and NULL when it waits for new events.
    _instant("due"),
    _instant("not_before"),
    _instant("enqueued_at"),
    Column("waiting", Text, nullable=False, server_default=""),
    Column("waiting_detail", Text, nullable=False, server_default=""),
    # Why it needs a person.
    Column("stop", Text),
    Column("stop_detail", Text, nullable=False, server_default=""),
    _instant("stopped_at"),
    Column("event_count", Integer, nullable=False, server_default="0"),
    Column("updated_at", BigInteger, nullable=False),
    # What people call the order; empty until a read has shown it.
    Column("number", Text, nullable=False, server_default=""),
    UniqueConstraint("account", "order_id"),
    Index("ix_orders_updated", "updated_at"),
)
NUMBERED = text("number != ''")
"""The condition of the index on numbers."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
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
    Column("id", Number, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("delivery_id", Number, ForeignKey("deliveries.id")),
    Column("order_row", Number, ForeignKey("orders.id"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("tracking", Text, nullable=False, server_default=""),
    Column("tracking_url", Text, nullable=False, server_default=""),
    Column("parcels", Integer),
    Column("note", Text, nullable=False, server_default=""),
    Column("result", Text, nullable=False),
    _instant("result_at"),
    # How the event named the order; empty when it had the id.
    Column("reference", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "key"),
    Index("ix_events_order_row", "order_row", "revision"),
    Index("ix_events_delivery_id", "delivery_id"),
)
TRACKED = text("tracking != ''")
"""The condition of the index on tracking numbers."""

writes = Table(
    "writes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order_row", Number, ForeignKey("orders.id"), nullable=False),
    Column("lease_token", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    Column("evidence_at", BigInteger, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    _instant("answered_at"),
    Column("outcome", Text, nullable=False, server_default="sent"),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_writes_order_row", "order_row"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order_row", Number, ForeignKey("orders.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_audit_log_order_row", "order_row"),
)

holds = Table(
    "holds",
    metadata,
    Column("account", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    _instant("until"),
    Column("detail", Text, nullable=False, server_default=""),
)

locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("locked_until", BigInteger, nullable=False),
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
    Column("refilled_at", BigInteger, nullable=False),
)
