"""What deliveries brought: the first event of each, and the deliveries of one order."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.store.conditions import has_key
from worker.store.snapshots import names_of, snapshot_of
from worker.store.tables import NAMES_ORDER, deliveries, events, orders

MAX_DELIVERIES = 5_000
"""How many deliveries that name an order and could not be used are found."""


class FirstEvent(NamedTuple):
    """The first event of a delivery: its order, its name; and how many events the delivery brought."""

    order: OrderKey
    event: str
    event_count: int


def first_events(connection: Connection, delivery_ids: Collection[int]) -> dict[int, FirstEvent]:
    """Return the first event of each of the deliveries that brought one, by the delivery's id."""
    counted = (
        select(func.min(events.c.id).label("first"), func.count().label("number"))
        .where(events.c.delivery_id.in_(delivery_ids))
        .group_by(events.c.delivery_id)
        .subquery()
    )
    query = (
        select(events.c.delivery_id, orders.c.account, orders.c.order_id, events.c.name, counted.c.number)
        .join(counted, events.c.id == counted.c.first)
        .join(orders, orders.c.id == events.c.order_row)
    )
    return {
        row.delivery_id: FirstEvent(OrderKey(row.account, row.order_id), row.name, row.number)
        for row in connection.execute(query)
    }


def deliveries_of(connection: Connection, key: OrderKey, now: Instant) -> Sequence[int]:
    """Return the ids of the deliveries that brought an event of the order *key*, or that could not be used and name it.

    An order that the database does not have may be named, too.
    """
    row = connection.execute(select(orders).where(has_key(key))).first()
    names = [key.comparable] if row is None else names_of(snapshot_of(connection, row, {}, now))
    naming = select(deliveries.c.id).where(deliveries.c.named.in_(names), NAMES_ORDER)
    ids = set(connection.execute(naming.limit(MAX_DELIVERIES)).scalars())
    if row is not None:
        brought = select(events.c.delivery_id).where(events.c.order_row == row.id, events.c.delivery_id.is_not(None))
        ids.update(connection.execute(brought).scalars())
    return sorted(ids)
