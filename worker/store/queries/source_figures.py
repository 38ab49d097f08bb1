"""Figures of the sources, by source: what is quarantined, and what was only counted."""

from collections import Counter

from sqlalchemy import Connection, func, select

from worker.domain.overview.quarantine import Quarantined
from worker.domain.reasons import DeliveryOutcome
from worker.store.tables import counters, deliveries

_NOT_REPLAYED = (deliveries.c.outcome == DeliveryOutcome.QUARANTINED.value, deliveries.c.replayed_at.is_(None))
_COUNT, _OLDEST = func.count(), func.min(deliveries.c.received_at)
_QUARANTINED = (
    select(deliveries.c.source, deliveries.c.reason, _COUNT, _OLDEST)
    # To group them, SQLite would read all of the index on sources.
    .with_hint(deliveries, "INDEXED BY ix_deliveries_outcome", "sqlite")
    .where(*_NOT_REPLAYED)
    .group_by(deliveries.c.source, deliveries.c.reason)
    .order_by(_COUNT.desc(), deliveries.c.source, deliveries.c.reason)
)
"""Selects the groups of quarantined deliveries, the largest first. Each source keeps a bounded number of them."""


def quarantined_deliveries(connection: Connection) -> tuple[Quarantined, ...]:
    """Return the deliveries that wait for a person, by source and reason, the largest group first."""
    return tuple(Quarantined(*row) for row in connection.execute(_QUARANTINED))


def counted_requests(connection: Connection) -> dict[str, Counter[str]]:
    """Return how many requests of each source were counted and not stored, ever, by outcome."""
    counts: dict[str, Counter[str]] = {}
    for source, outcome, count in connection.execute(select(counters.c.source, counters.c.outcome, counters.c.count)):
        counts.setdefault(source, Counter())[outcome] += count
    return counts
