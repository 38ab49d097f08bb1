"""Queries for lists of deliveries, and for one delivery."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true

from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import Cursor, DeliveryFilter
from worker.domain.reasons import DeliveryOutcome
from worker.store.bodies import read_body
from worker.store.database.database import Database
from worker.store.queries.first_events import FirstEvent, deliveries_of, first_events
from worker.store.queries.walks import Walk, find
from worker.store.tables import NOT_ACCEPTED, deliveries, events, orders

BUDGET = 50_000
"""How many rows a page looks at."""


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
    `OrderKey.comparable`; empty if it is unknown. *order* and *event* are those of the first
    event that it brought, of *event_count*.
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
    order: OrderKey | None = None
    event: str = ""
    event_count: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A page of a list, at *now*. *next* is the cursor of the next page; empty at the end of the list.

    *searched_to* is as in `OrderPage`, for the instants at which deliveries were received.
    """

    now: Instant
    rows: Sequence[DeliveryRow]
    next: str = ""
    searched_to: Instant | None = None


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


_FIELDS = tuple(each.name for each in fields(DeliveryRow) if each.name not in FirstEvent._fields)


class DeliveryQueries:
    """Lists and shows deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: DeliveryFilter, limit: int, after: str = "") -> DeliveryPage:
        """Return up to *limit* deliveries without their bodies, the newest first, behind the cursor *after*.

        Raises `IllegalRequest` for a text that is no cursor, and `StoreUnavailable`.
        """
        cursor = Cursor.read(after)
        with self._database.read() as connection:
            now = self._database.now(connection)
            found = find(connection, _walk(connection, wanted, now), _COLUMNS, limit, cursor)
            firsts = first_events(connection, [row.id for row in found.rows])
            return DeliveryPage(
                now,
                [_row(row, firsts.get(row.id)) for row in found.rows],
                str(found.end) if found.end else "",
                found.end.at if found.end and found.is_cut else None,
            )

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
            first = FirstEvent(its_events[0].order, its_events[0].name, len(its_events)) if its_events else None
            return now, DeliveryDetails(_row(row, first), _body(row), its_events, _headers(row.headers))


def _walk(connection: Connection, wanted: DeliveryFilter, now: Instant) -> Walk:
    """Return the walk along the index that has the fewest deliveries besides those that are wanted."""
    # Only quarantined deliveries have a reason.
    outcome = wanted.outcome or (DeliveryOutcome.QUARANTINED.value if wanted.reason else "")
    words = {"outcome": outcome, "source": wanted.source, "reason": wanted.reason, "peer": wanted.peer}
    conditions = [deliveries.c[name] == word for name, word in words.items() if word]
    if wanted.since is not None:
        conditions.append(deliveries.c.received_at >= wanted.since)
    index, base = _index(outcome, wanted.source)
    if wanted.order:
        index, base = "", deliveries.c.id.in_(deliveries_of(connection, wanted.order, now))
    return Walk(deliveries, deliveries.c.received_at, index, base, and_(true(), *conditions), BUDGET)


def _index(outcome: str, source: str) -> tuple[str, ColumnElement[bool]]:
    """Return the index of the deliveries with this outcome, of this source, and the condition of its part."""
    is_outcome, is_source = deliveries.c.outcome == outcome, deliveries.c.source == source
    if not outcome:
        return ("ix_deliveries_source", is_source) if source else ("ix_deliveries_received_at", true())
    if source and outcome != DeliveryOutcome.ACCEPTED:
        return "ix_deliveries_kept", and_(is_source, is_outcome, NOT_ACCEPTED)
    return "ix_deliveries_outcome", is_outcome


def _row(row: Row[*tuple[Any, ...]], first: FirstEvent | None) -> DeliveryRow:
    return DeliveryRow(*(getattr(row, name) for name in _FIELDS), *(first or ()))


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
