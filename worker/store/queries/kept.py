"""How much is kept of deliveries that moved no order, and how much had to be deleted."""

from sqlalchemy import Connection, select

from worker.domain.overview.figures import KeptDeliveries
from worker.store.tables import kept

_KEPT = select(
    kept.c.source, kept.c.outcome, kept.c.deliveries, kept.c.bytes, kept.c.evicted, kept.c.evicted_at
).order_by(kept.c.source, kept.c.outcome)
"""Selects the counts of all sources and outcomes of which something was ever kept."""


def kept_deliveries(connection: Connection) -> tuple[KeptDeliveries, ...]:
    """Return what is kept of each source and outcome."""
    return tuple(KeptDeliveries(*row) for row in connection.execute(_KEPT))
