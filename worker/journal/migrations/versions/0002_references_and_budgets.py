"""Order numbers and references by which news may name an order; what the accounts have spent of their call limits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("number", sa.Text(), nullable=False, server_default=""))
    numbered = sa.text("number != ''")
    op.create_index(
        "ix_orders_number", "orders", ["account", "number"], sqlite_where=numbered, postgresql_where=numbered
    )
    op.add_column("events", sa.Column("reference", sa.Text(), nullable=False, server_default=""))
    tracked = sa.text("tracking != ''")
    op.create_index("ix_events_tracking", "events", ["tracking"], sqlite_where=tracked, postgresql_where=tracked)
    op.create_table(
        "budgets",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("spent_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_budgets"),
    )
