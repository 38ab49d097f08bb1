"""The states of orders in SQL: the same as `OrderRow.state`."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, and_, not_, or_

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import State
from worker.store.conditions import is_due, not_held
from worker.store.tables import orders


def is_free(now: Instant) -> ColumnElement[bool]:
    """The order is neither leased nor stopped."""
    return and_(orders.c.stop.is_(None), or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now))


def is_open() -> ColumnElement[bool]:
    """The order is not closed, neither at its platform nor by an operator."""
    return and_(orders.c.closed.is_(None), orders.c.closed_by_operator == 0)


def is_closed() -> ColumnElement[bool]:
    """The order is completed, cancelled or refunded, or an operator has closed it."""
    return or_(orders.c.closed.is_not(None), orders.c.closed_by_operator > 0)


IN_STATE: Mapping[State, Callable[[Instant], ColumnElement[bool]]] = {
    State.STOPPED: lambda _: orders.c.stop.is_not(None),
    State.LEASED: lambda now: and_(orders.c.stop.is_(None), orders.c.lease_until > now),
    State.CLOSED: lambda now: and_(is_free(now), orders.c.due.is_(None), is_closed()),
    State.SETTLED: lambda now: and_(is_free(now), orders.c.due.is_(None), is_open()),
    State.HELD: lambda now: and_(is_free(now), orders.c.due.is_not(None), not_(not_held(now))),
    State.DUE: is_due,
    State.WAITING: lambda now: and_(is_free(now), orders.c.due > now, not_held(now)),
}
"""The conditions of the states at an instant."""
