"""Scans, late orders, probes, heartbeats of workers, call budgets that learn, carriers, and bounds of what is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ORDER_INSTANTS = (
    *("read_at", "confirmed_at", "delivered_at", "sent_at", "uncertain_at", "behind_at", "failing_since"),
    *("missing_since", "first_seen_at", "lease_until", "due", "not_before", "enqueued_at", "stopped_at", "updated_at"),
    *("staged_at", "listed_at", "closed_at", "acknowledged_at"),
)
EVENT_INSTANTS = ("occurred_at", "received_at", "result_at")


def upgrade() -> None:
    _extend_orders()
    _extend_events()
    op.create_index("ix_deliveries_source", "deliveries", ["source", "received_at"])
    op.add_column("deliveries", sa.Column("encoding", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("body_size", sa.BigInteger()))
    op.add_column("deliveries", sa.Column("peer", sa.Text(), nullable=False, server_default=""))
    op.add_column("holds", sa.Column("next_probe", sa.BigInteger()))
    op.add_column("holds", sa.Column("probes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("locks", sa.Column("locked_at", sa.BigInteger()))
    op.add_column("budgets", sa.Column("state", sa.Text(), nullable=False, server_default=""))
    op.add_column("budgets", sa.Column("resumed_at", sa.BigInteger()))
    _create_workers()
    _create_scans()
    _create_account_log()
    _create_kept()


def _extend_orders() -> None:
    op.execute("DROP VIEW v_orders")
    op.add_column("orders", sa.Column("staged_at", sa.BigInteger()))
    op.add_column("orders", sa.Column("closed_by_operator", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("lane", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("orders", sa.Column("listed_as", sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("listed_at", sa.BigInteger()))
    op.add_column("orders", sa.Column("closed_at", sa.BigInteger()))
    op.add_column("orders", sa.Column("acknowledged_at", sa.BigInteger()))
    for name in ("carrier", "carrier_by", "reported_by"):
        op.add_column("orders", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("body_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    # What the platform has shown is known; a stage has lasted since the last write or the first read, at most; and by
    # its last read, an order was cancelled or refunded, because nobody knows when. One statement writes each row once.
    op.execute(
        "UPDATE orders SET"
        " lane = CASE WHEN read_at IS NOT NULL AND order_id NOT LIKE '%:%' THEN 0 ELSE lane END,"
        " staged_at = CASE WHEN stage IS NOT NULL THEN coalesce(delivered_at, confirmed_at, read_at) END,"
        " closed_at = CASE WHEN closed IN ('cancelled', 'refunded') THEN read_at END"
        " WHERE read_at IS NOT NULL OR stage IS NOT NULL"
    )
    op.drop_index("ix_orders_due", "orders")
    due = sa.text("due IS NOT NULL AND stop IS NULL")
    op.create_index("ix_orders_due", "orders", ["account", "lane", "due"], sqlite_where=due, postgresql_where=due)
    unknown, columns = sa.text("lane > 0"), ["account", "reported_by", "lane", "due", "closed_by_operator"]
    op.create_index("ix_orders_unknown", "orders", columns, sqlite_where=unknown, postgresql_where=unknown)
    is_open, columns = sa.text("closed IS NULL"), ["account", "stage", "staged_at"]
    op.create_index("ix_orders_open", "orders", columns, sqlite_where=is_open, postgresql_where=is_open)
    _create_view("v_orders", "orders", ORDER_INSTANTS)


def _extend_events() -> None:
    """Add the normal form of tracking numbers, which the database computes for the rows of both versions."""
    form = "replace(replace(tracking, ' ', ''), '-', '')"
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    computed = f"(upper({form}))" if is_sqlite else f'(upper({form} COLLATE "C")) STORED'
    op.execute(f"ALTER TABLE events ADD COLUMN tracking_form TEXT GENERATED ALWAYS AS {computed}")
    for old, new, columns, condition in (
        ("ix_events_tracking", "ix_events_tracking_form", ["tracking_form"], "tracking != ''"),
        (
            "ix_events_awaited_tracking",
            "ix_events_awaited_tracking_form",
            ["searched_in", "tracking_form"],
            "searched_in != '' AND tracking != ''",
        ),
    ):
        named = sa.text(condition)
        op.drop_index(old, "events")
        op.create_index(new, "events", columns, sqlite_where=named, postgresql_where=named)
    # An order that rests although a parcel has arrived is looked at again: by now, it is delivered, or misses a parcel.
    op.execute(
        "UPDATE orders SET due = updated_at WHERE stage = 'shipped' AND closed IS NULL AND due IS NULL AND stop IS NULL"
        " AND EXISTS (SELECT 1 FROM events WHERE order_row = orders.id AND name = 'shipment.delivered'"
        " AND result = 'pending')"
    )
    op.add_column("events", sa.Column("restricted", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("events", sa.Column("carrier", sa.Text(), nullable=False, server_default=""))
    op.execute("DROP VIEW v_events")
    _create_view("v_events", "events", EVENT_INSTANTS)


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )


def _create_scans() -> None:
    op.create_table(
        "scans",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("pages", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("listed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False, server_default=""),
        sa.Column("complete_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account", name="pk_scans"),
    )


def _create_account_log() -> None:
    op.create_table(
        "account_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_account_log"),
    )
    op.create_index("ix_account_log_at", "account_log", ["at"])


def _create_kept() -> None:
    op.create_table(
        "kept",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("deliveries", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("evicted", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("evicted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("source", "outcome", name="pk_kept"),
    )
    not_accepted = sa.text("outcome != 'accepted'")
    columns = ["source", "outcome", "received_at", "id"]
    op.create_index(
        "ix_deliveries_kept", "deliveries", columns, sqlite_where=not_accepted, postgresql_where=not_accepted
    )
    op.execute(
        "INSERT INTO kept (source, outcome, deliveries, bytes)"
        " SELECT source, outcome, count(*), coalesce(sum(length(body)), 0) FROM deliveries"
        " WHERE outcome != 'accepted' GROUP BY source, outcome"
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
