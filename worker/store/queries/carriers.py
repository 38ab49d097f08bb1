"""Who carries the open orders."""

from collections.abc import Mapping

from sqlalchemy import func, select

from worker.store.database.database import Database
from worker.store.tables import orders

_CARRIED = (
    select(orders.c.account, orders.c.carrier, func.count())
    .where(orders.c.closed.is_(None), orders.c.carrier != "")
    .group_by(orders.c.account, orders.c.carrier)
    .order_by(orders.c.account, orders.c.carrier)
)
"""Counts the open orders of each account that each source carries."""


def carried_orders(database: Database) -> Mapping[tuple[str, str], int]:
    """Return how many open orders of each account each source carries, by both. Raises `StoreUnavailable`."""
    with database.read() as connection:
        return {(account, source): count for account, source, count in connection.execute(_CARRIED)}
