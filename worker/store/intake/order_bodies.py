"""Bounds the bodies of accepted deliveries: an order keeps so many bytes of them, and later deliveries lose theirs.

A sender can name orders that nobody knows, each with up to 1,000 events, so their bodies would be its largest room.
"""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import BigInteger, Connection, Text, bindparam, case, func, select, update

from worker.domain.reasons import DeliveryOutcome
from worker.store.bodies import NO_BODY
from worker.store.database.prepared import Prepared
from worker.store.tables import deliveries, events, orders

MAX_BYTES = 262_144
"""Bytes of the bodies that an order keeps, as they are stored. Couriers send some kilobytes about a parcel."""
SMALLEST_COUNTED = 512
"""Bytes of the smallest body that is counted, as it is stored. Most are smaller, and cost no further statement."""
NOT_KEPT = "the body was not kept, because its order has too many large ones"
"""The detail of a delivery, or its end."""


@cache
def _count(dialect: str) -> Prepared:
    """Return the statement that counts a body for its order; it returns no row when the order has no room for it.

    The transaction has just written the event by which it finds the order, so it has locked the order already.
    """
    size = bindparam("size", type_=BigInteger)
    its_events = select(func.min(events.c.order_row)).where(events.c.delivery_id == bindparam("its_delivery"))
    statement = (
        update(orders)
        .where(orders.c.id == its_events.scalar_subquery(), orders.c.body_bytes + size <= MAX_BYTES)
        .values(body_bytes=orders.c.body_bytes + size)
        .returning(orders.c.id)
    )
    return Prepared(dialect, statement)


_DETAIL = case((deliveries.c.detail == "", NOT_KEPT), else_=deliveries.c.detail + bindparam("more", type_=Text))
_DROP = update(deliveries).where(deliveries.c.id == bindparam("its_delivery")).values(detail=_DETAIL, **NO_BODY)
"""Drops the body of a delivery, and says so in its detail."""

_REFERENCE = orders.alias("reference")
_MORE = func.coalesce(
    select(_REFERENCE.c.body_bytes).where(_REFERENCE.c.id == bindparam("its_reference")).scalar_subquery(), 0
)
_ADD = (
    update(orders)
    .where(orders.c.id == bindparam("its_order"), orders.c.body_bytes + _MORE <= MAX_BYTES)
    .values(body_bytes=orders.c.body_bytes + _MORE)
    .returning(orders.c.id)
)
"""Adds the bodies of a reference to those of an order; no row when the order has no room for them."""
_OF_REFERENCE = (
    select(deliveries.c.id)
    .where(deliveries.c.id.in_(select(events.c.delivery_id).where(events.c.order_row == bindparam("its_reference"))))
    .where(deliveries.c.outcome == DeliveryOutcome.ACCEPTED.value, func.length(deliveries.c.body) >= SMALLEST_COUNTED)
    .order_by(deliveries.c.id)
)
"""Selects the accepted deliveries with larger bodies that have an event of a reference."""


def move_bodies(connection: Connection, reference_row: int, order_row: int) -> None:
    """Count the bodies of a reference for the order that gets its events; if it has no room for all, drop the larger.

    The caller has locked both rows, and moves the events afterwards.
    """
    if connection.execute(_ADD, {"its_reference": reference_row, "its_order": order_row}).scalar() is None:
        for delivery_id in connection.execute(_OF_REFERENCE, {"its_reference": reference_row}).scalars().all():
            connection.execute(_DROP, {"its_delivery": delivery_id, "more": f"; {NOT_KEPT}"})


def keep_bodies(connection: Connection, sizes: Mapping[int, int]) -> None:
    """Count the bodies of accepted deliveries for their orders, and drop those for which an order has no room.

    *sizes* are the bytes of the bodies as they are stored, by the ids of deliveries whose events were just written. A
    delivery of several orders counts for one of them.
    """
    large = {delivery_id: size for delivery_id, size in sizes.items() if size >= SMALLEST_COUNTED}
    rows = [{"its_delivery": delivery_id, "size": size} for delivery_id, size in large.items()]
    counted = _count(connection.dialect.name).run(connection, rows)
    for delivery_id, row in zip(large, counted, strict=True):
        if row is None:
            connection.execute(_DROP, {"its_delivery": delivery_id, "more": f"; {NOT_KEPT}"})
