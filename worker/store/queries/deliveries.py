"""Queries for lists of deliveries, and for one delivery."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.store.database.database import Database
from worker.store.tables import deliveries, events, orders


@dataclass(frozen=True, slots=True)
class DeliveredEvent:
    """An event that a delivery brought."""

    id: int
    key: str
    name: str
    order: OrderKey
    occurred_at: Instant
    result: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One stored delivery. *size* is the size of its body in bytes; None when the body was not stored."""

    id: int
    source: str
    received_at: Instant
    outcome: str
    reason: str
    detail: str
    replayed_at: Instant | None
    size: int | None


@dataclass(frozen=True, slots=True)
class DeliveryDetails:
    """A delivery with its body and its events."""

    row: DeliveryRow
    body: bytes | None
    events: tuple[DeliveredEvent, ...]


_COLUMNS = (
    deliveries.c.id,
    deliveries.c.source,
    deliveries.c.received_at,
    deliveries.c.outcome,
    deliveries.c.reason,
    deliveries.c.detail,
    deliveries.c.replayed_at,
    func.length(deliveries.c.body).label("size"),
)


class DeliveryQueries:
    """Lists and shows deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(
        self, limit: int, *, outcome: str = "", source: str = "", reason: str = ""
    ) -> tuple[int, list[DeliveryRow]]:
        """Return the database's time, and up to *limit* deliveries without their bodies, the newest first."""
        filters = {"outcome": outcome, "source": source, "reason": reason}
        query = select(*_COLUMNS).filter_by(**{name: word for name, word in filters.items() if word})
        query = query.order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return self._database.now(connection), [_row(row) for row in connection.execute(query)]

    def quarantined(self, *, source: str = "", reason: str = "") -> list[int]:
        """Return the ids of the quarantined deliveries of *source* and with *reason*, the oldest first."""
        filters = {"outcome": DeliveryOutcome.QUARANTINED.value, "source": source, "reason": reason}
        query = select(deliveries.c.id).filter_by(**{name: word for name, word in filters.items() if word})
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(deliveries.c.id)).scalars())

    def show(self, delivery_id: int) -> tuple[int, DeliveryDetails | None]:
        """Return the database's time, and one delivery with its body and events; None when it is not stored."""
        query = select(*_COLUMNS, deliveries.c.body).where(deliveries.c.id == delivery_id)
        with self._database.read() as connection:
            now, row = self._database.now(connection), connection.execute(query).first()
            if row is None:
                return now, None
            return now, DeliveryDetails(_row(row), row.body, _events(connection, delivery_id))


def _row(row: Row[*tuple[Any, ...]]) -> DeliveryRow:
    return DeliveryRow(
        row.id, row.source, row.received_at, row.outcome, row.reason, row.detail, row.replayed_at, row.size
    )


def _events(connection: Connection, delivery_id: int) -> tuple[DeliveredEvent, ...]:
    query = (
        select(events, orders.c.account, orders.c.order_id)
        .join(orders, orders.c.id == events.c.order_row)
        .where(events.c.delivery_id == delivery_id)
        .order_by(events.c.id)
    )
    return tuple(
        DeliveredEvent(e.id, e.key, e.name, OrderKey(e.account, e.order_id), e.occurred_at, e.result)
        for e in connection.execute(query)
    )
