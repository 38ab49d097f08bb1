"""What operators look at: the headers of deliveries, and the orders that unusable deliveries named."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _extend_deliveries()
    _create_refusals()


def _extend_deliveries() -> None:
    op.add_column("deliveries", sa.Column("headers", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("named", sa.Text(), nullable=False, server_default=""))
    named = sa.text("named != ''")
    op.create_index(
        "ix_deliveries_named", "deliveries", ["named", "received_at"], sqlite_where=named, postgresql_where=named
    )


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
