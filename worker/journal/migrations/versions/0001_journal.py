"""The journal: orders, deliveries, events, steps, remarks, holds, claims, tallies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_orders()
    _create_deliveries()
    _create_events()
    _create_steps_and_remarks()
    _create_holds_claims_and_tallies()


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("seen_revision", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("place", sa.Text()),
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
        sa.Column("nudged_at", sa.BigInteger()),
        sa.Column("waiting", sa.Text(), nullable=False, server_default=""),
        sa.Column("waiting_detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("stop", sa.Text()),
        sa.Column("stop_detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("events", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("account", "order_id", name="uq_orders_account_order_id"),
    )
    due = sa.text("due IS NOT NULL AND stop IS NULL")
    op.create_index("ix_orders_due", "orders", ["account", "due"], sqlite_where=due, postgresql_where=due)
    stopped = sa.text("stop IS NOT NULL")
    op.create_index("ix_orders_stopped", "orders", ["stopped_at"], sqlite_where=stopped, postgresql_where=stopped)
    op.create_index("ix_orders_updated", "orders", ["updated_at"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, nullable=False),
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
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("delivery", NUMBER),
        sa.Column("order", NUMBER, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False, server_default=""),
        sa.Column("tracking_url", sa.Text(), nullable=False, server_default=""),
        sa.Column("parcels", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("end", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_events_delivery"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_events_order"),
        sa.UniqueConstraint("source", "key", name="uq_events_source_key"),
    )
    op.create_index("ix_events_order", "events", ["order", "revision"])
    op.create_index("ix_events_delivery", "events", ["delivery"])


def _create_steps_and_remarks() -> None:
    op.create_table(
        "steps",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("order", NUMBER, nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("inferred", sa.Boolean(), nullable=False),
        sa.Column("evidence_at", sa.BigInteger(), nullable=False),
        sa.Column("update", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False, server_default="sent"),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_steps"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_steps_order"),
    )
    op.create_index("ix_steps_order", "steps", ["order"])
    op.create_table(
        "remarks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("order", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_remarks_order"),
    )
    op.create_index("ix_remarks_order", "remarks", ["order"])


def _create_holds_claims_and_tallies() -> None:
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
        "claims",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_claims"),
    )
    op.create_table(
        "tallies",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "outcome", name="pk_tallies"),
    )
