"""How many orders each source has named that the platform has never shown."""

from sqlalchemy import Connection, case, func, select

from worker.domain.overview.figures import UnknownOrders
from worker.store.conditions import is_never_shown
from worker.store.tables import orders

_UNKNOWN = (
    select(orders.c.reported_by, func.count(case((orders.c.stop.is_(None), 1))), func.count())
    .where(is_never_shown(), orders.c.closed_by_operator == 0, orders.c.reported_by != "")
    .group_by(orders.c.reported_by)
    .order_by(orders.c.reported_by)
)
"""Selects the sources that were the first to name such orders: how many are searched for, and how many there are."""


def unknown_orders(connection: Connection) -> tuple[UnknownOrders, ...]:
    """Return the orders of each source that the platform has never shown, as the intake counts them."""
    return tuple(UnknownOrders(*row) for row in connection.execute(_UNKNOWN))
