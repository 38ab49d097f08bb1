"""Queries for the orders and deliveries that an operator chooses, in pages, so that a backlog needs no memory."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from worker.domain.instants import Instant
from worker.domain.overview.choices import DeliveryChoice, OrderChoice
from worker.domain.overview.snapshot import Snapshot
from worker.store.conditions import is_awaited
from worker.store.database.database import Database
from worker.store.queries.states import is_free
from worker.store.snapshots import active_holds, snapshot_of
from worker.store.tables import deliveries, orders

PAGE_SIZE = 100
"""How many orders, or ids of deliveries, are in memory at once."""


class ChoiceQueries:
    """Counts and pages through what an operator has chosen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Instant:
        """Return the time of the database's clock."""
        with self._database.read() as connection:
            return self._database.now(connection)

    def count_orders(self, choice: OrderChoice) -> tuple[Instant, dict[str, int]]:
        """Return the database's time, and how many orders are chosen, by the reason of their stop or wait."""
        reason = _reason(choice)
        with self._database.read() as connection:
            now = self._database.now(connection)
            query = select(reason, func.count()).where(_is_chosen(choice, now)).group_by(reason).order_by(reason)
            return now, {row[0]: row[1] for row in connection.execute(query)}

    def orders(self, choice: OrderChoice, seen_at: Instant) -> Iterator[Snapshot]:
        """Yield the orders that are chosen now and were at *seen_at*, with all that is known of them, oldest row first.

        Each page is read in one transaction, just before its first order is yielded.
        """
        snapshots, after = self.some_orders(choice, seen_at, 0)
        yield from snapshots
        while after:
            snapshots, after = self.some_orders(choice, seen_at, after)
            yield from snapshots

    def some_orders(
        self, choice: OrderChoice, seen_at: Instant, after: int, limit: int = PAGE_SIZE
    ) -> tuple[list[Snapshot], int]:
        """Return up to *limit* of these orders behind the place *after*, and the next place; that is 0 at the end.

        The first place is 0.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            page = select(orders).where(_is_chosen(choice, seen_at), orders.c.id > after)
            rows = connection.execute(page.order_by(orders.c.id).limit(limit)).all()
            held = active_holds(connection, now)
            snapshots = [snapshot_of(connection, row, held, now) for row in rows]
        return snapshots, rows[-1].id if len(rows) == limit else 0

    def count_deliveries(self, choice: DeliveryChoice) -> int:
        """Return how many deliveries are chosen."""
        with self._database.read() as connection:
            return connection.execute(_count_of(choice)).scalar_one()

    def delivery_ids(self, choice: DeliveryChoice, after: int = 0) -> Iterator[int]:
        """Yield the ids of the chosen deliveries that are greater than *after*, the oldest row first."""
        last_id = after
        while True:
            with self._database.read() as connection:
                page = select(deliveries.c.id).where(_is_delivery(choice), deliveries.c.id > last_id)
                ids = connection.execute(page.order_by(deliveries.c.id).limit(PAGE_SIZE)).scalars().all()
            yield from ids
            if len(ids) < PAGE_SIZE:
                return
            last_id = ids[-1]


def _is_chosen(choice: OrderChoice, now: Instant) -> ColumnElement[bool]:
    since = orders.c.updated_at if choice.waiting_orders else orders.c.stopped_at
    is_it = and_(is_awaited(), is_free(now)) if choice.waiting_orders else orders.c.stop.is_not(None)
    conditions = [is_it, since <= now - choice.older_than]
    if choice.reason:
        conditions.append(_reason(choice) == choice.reason)
    if choice.account:
        conditions.append(orders.c.account == choice.account)
    if choice.text:
        conditions.append(_contains(choice))
    return and_(*conditions)


def _reason(choice: OrderChoice) -> ColumnElement[Any]:
    return orders.c.waiting if choice.waiting_orders else orders.c.stop


def _contains(choice: OrderChoice) -> ColumnElement[bool]:
    detail = orders.c.waiting_detail if choice.waiting_orders else orders.c.stop_detail
    escaped = choice.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # The database itself makes both small, because databases differ in what they know of letters.
    pattern = func.lower(literal(f"%{escaped}%"))
    return or_(
        *(func.lower(column).like(pattern, escape="\\") for column in (detail, orders.c.order_id, orders.c.number))
    )


def _is_delivery(choice: DeliveryChoice) -> ColumnElement[bool]:
    conditions = [deliveries.c.outcome == choice.outcome.value, deliveries.c.received_at >= choice.since]
    if choice.source:
        conditions.append(deliveries.c.source == choice.source)
    if choice.reason:
        conditions.append(deliveries.c.reason == choice.reason)
    return and_(*conditions)


def _count_of(choice: DeliveryChoice) -> Select[int]:
    return select(func.count()).select_from(deliveries).where(_is_delivery(choice))
