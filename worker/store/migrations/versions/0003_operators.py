"""What operators look at: the headers of deliveries, and the orders that unusable deliveries named."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _extend_deliveries()
    _index_lists()
    _create_refusals()
    _create_console_users()
    _create_console_log()


def _extend_deliveries() -> None:
    op.add_column("deliveries", sa.Column("headers", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("named", sa.Text(), nullable=False, server_default=""))
    named = sa.text("named != ''")
    op.create_index(
        "ix_deliveries_named", "deliveries", ["named", "received_at"], sqlite_where=named, postgresql_where=named
    )


def _index_lists() -> None:
    op.drop_index("ix_orders_updated", "orders")
    op.create_index("ix_orders_updated", "orders", ["updated_at", "id", "account", "stage", "closed"])
    for name, columns, condition in (
        ("ix_orders_stopped_updated", ["updated_at", "id", "account", "stop"], "stop IS NOT NULL"),
        ("ix_orders_awaited", ["updated_at", "id", "account"], "due IS NOT NULL AND stop IS NULL"),
    ):
        chosen = sa.text(condition)
        op.create_index(name, "orders", columns, sqlite_where=chosen, postgresql_where=chosen)


def _create_refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "path", "reason", name="pk_refusals"),
    )


def _create_console_users() -> None:
    op.create_table(
        "console_users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_console_users"),
    )
    op.create_table(
        "console_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_console_sessions"),
        sa.ForeignKeyConstraint(["user_name"], ["console_users.name"], name="fk_console_sessions_user_name"),
    )
    op.create_index("ix_console_sessions_user_name", "console_sessions", ["user_name"])


def _create_console_log() -> None:
    op.create_table(
        "console_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("done_by", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_console_log"),
    )
