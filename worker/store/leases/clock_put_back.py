"""A reconciliation during which the clock was put back: what it writes by the time ahead becomes earlier.

A reconciliation knows the time by the instant of its lease, and the database's clock has gone back since. So every
instant that it hands in lies ahead by as much, and nothing that is corrected later would show it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, update

from worker.domain.instants import Duration, Instant
from worker.ports import LeasedOrder
from worker.store.clock_changes import EVENTS_OF_ORDERS, TOLERANCE
from worker.store.tables import orders, writes

_EVENTS = {column.name for column in EVENTS_OF_ORDERS}
_PLANNED = {"due_without", "due_with_new_events", "not_before"}


def follow_the_clock(values: Mapping[str, Any], leased: LeasedOrder, now: Instant) -> dict[str, Any]:
    """Return the *values* of a statement, without the time by which the clock was put back since the lease.

    What has happened is never later than *now*, and what is planned never earlier than it was meant. As long as the
    clock was not put back, the values stay as they are.
    """
    ahead = _put_back(leased, now)
    if not ahead:
        return dict(values)
    return {name: _earlier(name, value, now, ahead) for name, value in values.items()}


def match_the_write(connection: Connection, leased: LeasedOrder, now: Instant) -> None:
    """Give the write that the order waits for the instant that the order has."""
    if not _put_back(leased, now):
        return
    last = select(func.max(writes.c.id)).where(writes.c.order_row == leased.row_id, writes.c.stage == orders.c.sending)
    order = orders.c.id == leased.row_id
    row = connection.execute(select(orders.c.sent_at, last.scalar_subquery().label("write")).where(order)).one()
    if row.sent_at is not None:
        connection.execute(update(writes).where(writes.c.id == row.write).values(sent_at=row.sent_at))


def _put_back(leased: LeasedOrder, now: Instant) -> Duration:
    ahead = leased.leased_at - now
    return ahead if ahead > TOLERANCE else 0


def _earlier(name: str, value: Any, now: Instant, ahead: Duration) -> Any:  # noqa: ANN401 - any column's value
    if value is None or name not in _EVENTS | _PLANNED or value <= now:
        return value
    return min(now, value - ahead) if name in _EVENTS else max(now, value - ahead)
