"""Queries for lists of orders."""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import ColumnElement, and_, not_, or_, select

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.store.conditions import is_due, not_held
from worker.store.database.database import Database
from worker.store.queries.late import is_late
from worker.store.snapshots import active_holds, order_row
from worker.store.tables import orders


def is_free(now: Instant) -> ColumnElement[bool]:
    """The order is neither leased nor stopped."""
    return and_(orders.c.stop.is_(None), or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now))


def is_closed() -> ColumnElement[bool]:
    """The order is completed, cancelled or refunded, or an operator has closed it."""
    return or_(orders.c.closed.is_not(None), orders.c.closed_by_operator > 0)


IN_STATE: Mapping[State, Callable[[Instant], ColumnElement[bool]]] = {
    State.STOPPED: lambda _: orders.c.stop.is_not(None),
    State.LEASED: lambda now: and_(orders.c.stop.is_(None), orders.c.lease_until > now),
    State.CLOSED: lambda now: and_(is_free(now), orders.c.due.is_(None), is_closed()),
    State.SETTLED: lambda now: and_(is_free(now), orders.c.due.is_(None), not_(is_closed())),
    State.HELD: lambda now: and_(is_free(now), orders.c.due.is_not(None), not_(not_held(now))),
    State.DUE: is_due,
    State.WAITING: lambda now: and_(is_free(now), orders.c.due > now, not_held(now)),
}
"""The conditions of the states at an instant: the same as `OrderRow.state`, in SQL."""


class OrderQueries:
    """Lists orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(
        self,
        limit: int,
        *,
        account: str = "",
        stage: Stage | None = None,
        states: Collection[State] = (),
        late_by: Mapping[str, Policy] | None = None,
    ) -> tuple[int, list[OrderRow]]:
        """Return the database's time, and up to *limit* orders in any of *states*, the last updated first.

        With *late_by*, the policies by account, only orders that are late.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            query = select(orders)
            if account:
                query = query.where(orders.c.account == account)
            if stage:
                query = query.where(orders.c.stage == stage.value)
            if late_by is not None:
                query = query.where(is_late(late_by, now))
            if states:
                query = query.where(or_(*(IN_STATE[state](now) for state in states)))
            query = query.order_by(orders.c.updated_at.desc(), orders.c.id.desc()).limit(limit)
            rows, held = connection.execute(query).all(), active_holds(connection, now)
            return now, [order_row(row, held) for row in rows]
