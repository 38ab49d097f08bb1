"""The first schema: all tables, and two views for people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ORDER_INSTANTS = (
    *("read_at", "confirmed_at", "delivered_at", "sent_at", "uncertain_at", "behind_at", "failing_since"),
    *("missing_since", "first_seen_at", "lease_until", "due", "not_before", "enqueued_at", "stopped_at", "updated_at"),
)
EVENT_INSTANTS = ("occurred_at", "received_at", "result_at")


def upgrade() -> None:
    _create_orders()
    _create_deliveries()
    _create_events()
    _create_writes()
    _create_audit_log()
    _create_account_tables()
    _create_view("v_orders", "orders", ORDER_INSTANTS)
    _create_view("v_events", "events", EVENT_INSTANTS)


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("seen_revision", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("stage", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False, server_default=""),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.Column("closed", sa.Text()),
        sa.Column("closed_revision", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("acknowledged", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("sending", sa.Text()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("uncertain_at", sa.BigInteger()),
        sa.Column("behind_at", sa.BigInteger()),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("conflicts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("missing_since", sa.BigInteger()),
        sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("due", sa.BigInteger()),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("enqueued_at", sa.BigInteger()),
        sa.Column("waiting", sa.Text(), nullable=False, server_default=""),
        sa.Column("waiting_detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("stop", sa.Text()),
        sa.Column("stop_detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("event_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("account", "order_id", name="uq_orders_account_order_id"),
    )
    due = sa.text("due IS NOT NULL AND stop IS NULL")
    op.create_index("ix_orders_due", "orders", ["account", "due"], sqlite_where=due, postgresql_where=due)
    stopped = sa.text("stop IS NOT NULL")
    op.create_index("ix_orders_stopped", "orders", ["stopped_at"], sqlite_where=stopped, postgresql_where=stopped)
    op.create_index("ix_orders_updated", "orders", ["updated_at"])
    numbered = sa.text("number != ''")
    op.create_index(
        "ix_orders_number", "orders", ["account", "number"], sqlite_where=numbered, postgresql_where=numbered
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("keep_once", sa.Text()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("replayed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("keep_once", name="uq_deliveries_keep_once"),
    )
    op.create_index("ix_deliveries_outcome", "deliveries", ["outcome", "received_at"])
    op.create_index("ix_deliveries_received_at", "deliveries", ["received_at"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("delivery_id", ROW_ID),
        sa.Column("order_row", ROW_ID, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False, server_default=""),
        sa.Column("tracking_url", sa.Text(), nullable=False, server_default=""),
        sa.Column("parcels", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_at", sa.BigInteger()),
        sa.Column("reference", sa.Text(), nullable=False, server_default=""),
        sa.Column("shipment", sa.Text(), nullable=False, server_default=""),
        sa.Column("searched_in", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_events_delivery_id"),
        sa.ForeignKeyConstraint(["order_row"], ["orders.id"], name="fk_events_order_row"),
        sa.UniqueConstraint("source", "key", name="uq_events_source_key"),
    )
    op.create_index("ix_events_order_row", "events", ["order_row", "revision"])
    op.create_index("ix_events_delivery_id", "events", ["delivery_id"])
    for name in ("tracking", "shipment"):
        named = sa.text(f"{name} != ''")
        op.create_index(f"ix_events_{name}", "events", [name], sqlite_where=named, postgresql_where=named)
        awaited = sa.text(f"searched_in != '' AND {name} != ''")
        searched = ["searched_in", name]
        op.create_index(f"ix_events_awaited_{name}", "events", searched, sqlite_where=awaited, postgresql_where=awaited)


def _create_writes() -> None:
    op.create_table(
        "writes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_row", ROW_ID, nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("inferred", sa.Boolean(), nullable=False),
        sa.Column("evidence_at", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False, server_default="sent"),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_writes"),
        sa.ForeignKeyConstraint(["order_row"], ["orders.id"], name="fk_writes_order_row"),
    )
    op.create_index("ix_writes_order_row", "writes", ["order_row"])


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_row", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.ForeignKeyConstraint(["order_row"], ["orders.id"], name="fk_audit_log_order_row"),
    )
    op.create_index("ix_audit_log_order_row", "audit_log", ["order_row"])


def _create_account_tables() -> None:
    op.create_table(
        "holds",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("account", "reason", name="pk_holds"),
    )
    op.create_table(
        "locks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_locks"),
    )
    op.create_table(
        "counters",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "outcome", name="pk_counters"),
    )
    op.create_table(
        "budgets",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("refilled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_budgets"),
    )


def _create_view(name: str, table: str, instants: tuple[str, ...]) -> None:
    """Create a view of *table* with the same columns, in which the *instants* are readable times in UTC."""
    connection = op.get_bind()
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    readable = _SQLITE_TIME if connection.dialect.name == "sqlite" else _POSTGRESQL_TIME
    selected = [f"{readable.format(column)} AS {column}" if column in instants else column for column in columns]
    op.execute(f"CREATE VIEW {name} AS SELECT {', '.join(selected)} FROM {table}")  # noqa: S608 - constants and columns


# The expressions for an instant in the column {0}, as a readable time in UTC.
_SQLITE_TIME = "strftime('%Y-%m-%d %H:%M:%S', {0} / 1000000, 'unixepoch') || printf('.%06d', {0} % 1000000)"
_POSTGRESQL_TIME = "TIMESTAMP 'epoch' + {0} * INTERVAL '1 microsecond'"
