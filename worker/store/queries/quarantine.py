"""Deliveries that could not be used, grouped by why: the reason, with the field or the word that was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from worker.domain.instants import Instant
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.reasons import DeliveryOutcome
from worker.store.database.database import Database
from worker.store.tables import deliveries

MAX_ROWS = 20_000
"""How many deliveries are counted: the latest."""
MAX_GROUPS = 200


_COLUMNS = (
    deliveries.c.source,
    deliveries.c.reason,
    deliveries.c.detail,
    deliveries.c.received_at,
    deliveries.c.replayed_at,
)


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """How many deliveries of one source have one reason with one detail, and when the first and the last one came.

    *replayed* of them have been replayed, which has changed nothing.
    """

    source: str
    reason: str
    detail: str
    count: int
    replayed: int
    first_at: Instant
    last_at: Instant


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The groups at *now*, the largest first. *is_cut*: there are more deliveries, or more groups."""

    now: Instant
    groups: Sequence[QuarantineGroup]
    is_cut: bool = False


def quarantine_by_reason(database: Database, wanted: DeliveryFilter) -> Quarantine:
    """Return the quarantined deliveries, or the stale ones, grouped.

    Of *wanted*, the outcome, the source and the time since when count. Raises `StoreUnavailable`.
    """
    outcome = wanted.outcome or DeliveryOutcome.QUARANTINED.value
    chosen = select(*_COLUMNS).where(deliveries.c.outcome == outcome)
    if wanted.source:
        chosen = chosen.where(deliveries.c.source == wanted.source)
    if wanted.since is not None:
        chosen = chosen.where(deliveries.c.received_at >= wanted.since)
    latest = chosen.order_by(deliveries.c.received_at.desc()).limit(MAX_ROWS).subquery()
    columns = latest.c.source, latest.c.reason, latest.c.detail
    count, at = func.count(), latest.c.received_at
    query = select(*columns, count, func.count(latest.c.replayed_at), func.min(at), func.max(at)).group_by(*columns)
    with database.read() as connection:
        now = database.now(connection)
        rows = connection.execute(query.order_by(count.desc(), *columns).limit(MAX_GROUPS)).all()
    groups = [QuarantineGroup(*row) for row in rows]
    return Quarantine(now, groups, len(groups) == MAX_GROUPS or sum(group.count for group in groups) == MAX_ROWS)
