"""Queries for lists of deliveries, and for one delivery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, Row, func, select

from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.store.bodies import read_body
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
    """One stored delivery.

    *size* is the size of its body in bytes; None when the body was not stored. *peer* is the IP address from which it
    came; empty if it is unknown. *named* is the order that a quarantined or stale delivery names: see
    `OrderKey.comparable`; empty if it is unknown.
    """

    id: int
    source: str
    received_at: Instant
    outcome: str
    reason: str
    detail: str
    replayed_at: Instant | None
    size: int | None
    peer: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryDetails:
    """A delivery with its body, its events, and its headers.

    *headers* are by name; the value is None if it was not kept, because it may be a secret.
    """

    row: DeliveryRow
    body: bytes | None
    events: tuple[DeliveredEvent, ...]
    headers: Mapping[str, str | None] = field(default_factory=dict)


_COLUMNS = (
    deliveries.c.id,
    deliveries.c.source,
    deliveries.c.received_at,
    deliveries.c.outcome,
    deliveries.c.reason,
    deliveries.c.detail,
    deliveries.c.replayed_at,
    deliveries.c.peer,
    deliveries.c.named,
    func.coalesce(deliveries.c.body_size, func.length(deliveries.c.body)).label("size"),
)


_FIELDS = tuple(each.name for each in fields(DeliveryRow))


class DeliveryQueries:
    """Lists and shows deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(
        self, limit: int, *, outcome: str = "", source: str = "", reason: str = "", peer: str = ""
    ) -> tuple[int, list[DeliveryRow]]:
        """Return the database's time, and up to *limit* deliveries without their bodies, the newest first."""
        filters = {"outcome": outcome, "source": source, "reason": reason, "peer": peer}
        query = select(*_COLUMNS).filter_by(**{name: word for name, word in filters.items() if word})
        query = query.order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return self._database.now(connection), [_row(row) for row in connection.execute(query)]

    def show(self, delivery_id: int) -> tuple[int, DeliveryDetails | None]:
        """Return the database's time, and one delivery with its body and events; None when it is not stored.

        Raises `IllegalRequest` for a body that this version cannot read.
        """
        query = select(*_COLUMNS, deliveries.c.body, deliveries.c.encoding, deliveries.c.headers)
        query = query.where(deliveries.c.id == delivery_id)
        with self._database.read() as connection:
            now, row = self._database.now(connection), connection.execute(query).first()
            if row is None:
                return now, None
            its_events = _events(connection, delivery_id)
            return now, DeliveryDetails(_row(row), _body(row), its_events, _headers(row.headers))


def _row(row: Row[*tuple[Any, ...]]) -> DeliveryRow:
    return DeliveryRow(*(getattr(row, name) for name in _FIELDS))


def _body(row: Row[*tuple[Any, ...]]) -> bytes | None:
    try:
        return None if row.body is None else read_body(row.body, row.encoding)
    except ValueError as error:
        raise IllegalRequest(f"the body of delivery {row.id} cannot be read: {error}") from error


def _headers(text: str) -> dict[str, str | None]:
    """Return the headers in the column; none if an earlier version did not keep them, or it is no object."""
    try:
        headers = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(headers, dict):
        return {}
    return {name: None if value is None else str(value) for name, value in headers.items()}


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
