"""The deliveries of one order: those that brought its events, and those that name it and could not be used."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, select

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Snapshot
from worker.store.database.database import Database
from worker.store.snapshots import names_of
from worker.store.tables import NAMES_ORDER, deliveries

MAX_DELIVERIES = 200
"""How many deliveries of one order are shown, of each of the two kinds: the newest."""

_COLUMNS = (
    deliveries.c.id,
    deliveries.c.source,
    deliveries.c.received_at,
    deliveries.c.outcome,
    deliveries.c.reason,
    deliveries.c.detail,
)


@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """A delivery as the timeline of an order shows it. *reason* and *detail* say why it could not be used."""

    id: int
    source: str
    received_at: Instant
    outcome: str
    reason: str
    detail: str


def deliveries_of(database: Database, snapshot: Snapshot) -> list[OrderDelivery]:
    """Return the newest deliveries of the order in *snapshot*, the oldest first. Raises `StoreUnavailable`."""
    ids = sorted({entry.delivery_id for entry in snapshot.event_entries if entry.delivery_id is not None})
    with database.read() as connection:
        rows = [*connection.execute(_by_id(ids[-MAX_DELIVERIES:])), *connection.execute(_by_name(names_of(snapshot)))]
    found = {row.id: OrderDelivery(*row) for row in rows}
    return [found[delivery_id] for delivery_id in sorted(found)]


def _by_id(ids: Collection[int]) -> Select[int, str, int, str, str, str]:
    return select(*_COLUMNS).where(deliveries.c.id.in_(ids))


def _by_name(names: Collection[str]) -> Select[int, str, int, str, str, str]:
    is_named = deliveries.c.named.in_(names)
    return (
        select(*_COLUMNS).where(NAMES_ORDER, is_named).order_by(deliveries.c.received_at.desc()).limit(MAX_DELIVERIES)
    )
