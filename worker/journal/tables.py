"""Every table and column, in one place. Instants are integers: microseconds since the epoch, UTC.

orders      one row an order: what we remember of it, its lease, and when it is due
deliveries  one row a webhook request that is kept, with its outcome
events      the news, unique by (source, key), each with one end
steps       every write to a platform: what was sent, what was answered, by which turn
remarks     what happened to an order besides: stops, releases, closings
holds       accounts that wait, one row a reason
claims      whose turn it is to do what only one worker should do
tallies     deliveries that are counted and not kept
budgets     what each account has spent of its call limit
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
"""SQLite counts up only in a column of the very type INTEGER, which holds 64 bits there."""


def _instant(name: str) -> Column[int]:
    return Column(name, BigInteger)


orders = Table(
    "orders",
    metadata,
    Column("id", Number, primary_key=True),
    Column("account", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    # What the domain remembers: the fields of `worker.domain.orders.Order`.
    Column("revision", BigInteger, nullable=False),
    Column("seen_revision", BigInteger, nullable=False, server_default="0"),
    Column("place", Text),
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
    # Whose turn it is.
    Column("lease_token", Text),
    _instant("lease_until"),
    # When it is looked at next. `due` is never earlier than `not_before`, and NULL when nothing is awaited.
    _instant("due"),
    _instant("not_before"),
    _instant("nudged_at"),
    Column("waiting", Text, nullable=False, server_default=""),
    Column("waiting_detail", Text, nullable=False, server_default=""),
    # Whom it waits for.
    Column("stop", Text),
    Column("stop_detail", Text, nullable=False, server_default=""),
    _instant("stopped_at"),
    Column("events", Integer, nullable=False, server_default="0"),
    Column("updated_at", BigInteger, nullable=False),
    # What people call the order, as the platform shows it; empty until a read has told.
    Column("number", Text, nullable=False, server_default=""),
    UniqueConstraint("account", "order_id"),
)
DUE = text("due IS NOT NULL AND stop IS NULL")
Index("ix_orders_due", orders.c.account, orders.c.due, sqlite_where=DUE, postgresql_where=DUE)
STOPPED = text("stop IS NOT NULL")
Index("ix_orders_stopped", orders.c.stopped_at, sqlite_where=STOPPED, postgresql_where=STOPPED)
Index("ix_orders_updated", orders.c.updated_at)
NUMBERED = text("number != ''")
Index("ix_orders_number", orders.c.account, orders.c.number, sqlite_where=NUMBERED, postgresql_where=NUMBERED)

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
    Column("delivery", Number, ForeignKey("deliveries.id")),
    Column("order", Number, ForeignKey("orders.id"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("tracking", Text, nullable=False, server_default=""),
    Column("tracking_url", Text, nullable=False, server_default=""),
    Column("parcels", Integer),
    Column("note", Text, nullable=False, server_default=""),
    Column("end", Text, nullable=False),
    _instant("ended_at"),
    # How its sender named the order, where that was not by its id.
    Column("reference", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "key"),
    Index("ix_events_order", "order", "revision"),
    Index("ix_events_delivery", "delivery"),
)
TRACKED = text("tracking != ''")
Index("ix_events_tracking", events.c.tracking, sqlite_where=TRACKED, postgresql_where=TRACKED)

steps = Table(
    "steps",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order", Number, ForeignKey("orders.id"), nullable=False),
    Column("turn", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    Column("evidence_at", BigInteger, nullable=False),
    Column("update", JSON, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    _instant("answered_at"),
    Column("outcome", Text, nullable=False, server_default="sent"),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_steps_order", "order"),
)

remarks = Table(
    "remarks",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order", Number, ForeignKey("orders.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("word", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_remarks_order", "order"),
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

claims = Table(
    "claims",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    Column("source", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("account", Text, primary_key=True),
    Column("spent_until", BigInteger, nullable=False),
)
