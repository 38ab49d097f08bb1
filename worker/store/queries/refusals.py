"""Which senders were refused, and when an authentic delivery of each was stored last."""

from itertools import groupby

from sqlalchemy import Connection, select

from worker.domain.overview.figures import Refusals
from worker.domain.reasons import DeliveryOutcome
from worker.domain.refusals import RefusalCount
from worker.store.refusals import refusal_counts
from worker.store.tables import counters, deliveries

_NOT_GOOD = (DeliveryOutcome.REFUSED.value, DeliveryOutcome.STALE.value)
_COUNTED = select(counters.c.source).where(counters.c.outcome.not_in(_NOT_GOOD))
"""Selects the sources of which something good was counted."""


def refused_requests(connection: Connection) -> tuple[Refusals, ...]:
    """Return the refused requests of each source; those to paths that name no source come first."""
    counted = set(connection.execute(_COUNTED).scalars())
    return tuple(
        _refusals(connection, source, tuple(counts), is_counted=source in counted)
        for source, counts in groupby(refusal_counts(connection), lambda count: count.source)
    )


def _refusals(connection: Connection, source: str, counts: tuple[RefusalCount, ...], *, is_counted: bool) -> Refusals:
    is_good = deliveries.c.outcome.not_in(_NOT_GOOD)
    # The stale deliveries that are kept of a source are few, so this reads few entries of the index.
    latest = select(deliveries.c.received_at).where(deliveries.c.source == source, is_good)
    stored_at = connection.execute(latest.order_by(deliveries.c.received_at.desc()).limit(1)).scalar()
    return Refusals(source, counts, stored_at, is_all=stored_at is None and not is_counted)
