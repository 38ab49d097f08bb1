"""What the end of a hold means for the orders of its account: their failures, and when they begin again."""

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Column, ColumnElement, Connection, Update, case, collate, exists, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Instant
from worker.store.conditions import is_active, is_awaited, is_reference
from worker.store.tables import budgets, holds, orders

STARTS = (orders.c.failing_since, orders.c.missing_since)
"""The columns that say since when an order fails."""
BATCH = 1_000
"""How many orders one statement names."""


def lock_failing(connection: Connection, account: str) -> Sequence[int]:
    """Lock the awaited orders of *account* that fail, and return their ids.

    On PostgreSQL, all transactions lock rows in the sequence of `lock_sequence`, so that there is no deadlock. So the
    orders are locked once, before the first change.
    """
    order_id = orders.c.order_id if connection.dialect.name == "sqlite" else collate(orders.c.order_id, "C")
    failing = or_(*(start.is_not(None) for start in STARTS))
    rows = select(orders.c.id).where(orders.c.account == account, is_awaited(), failing)
    return connection.execute(rows.order_by(not_(is_reference()), order_id).with_for_update()).scalars().all()


def move_failures(connection: Connection, locked: Sequence[int], since: Instant, until: Instant) -> None:
    """Move the start of each *locked* order's failures forward, by its part of a hold from *since* to *until*."""
    moved = {start: _moved(start, since, until) for start in STARTS}
    for statement in _updates(locked):
        connection.execute(statement.where(or_(*(start < until for start in STARTS))).values(moved))


def forget_failures(connection: Connection, locked: Sequence[int], since: Instant) -> None:
    """Forget the failures of the *locked* orders that began to fail after *since*: the account was the cause."""
    for statement in _updates(locked):
        connection.execute(statement.where(orders.c.failing_since >= since).values(failures=0, failing_since=None))


def note_resumption(connection: Connection, account: str, now: Instant) -> None:
    """Note that the orders of *account* begin again, unless another hold of it is active."""
    if connection.execute(select(exists().where(holds.c.account == account, is_active(now)))).scalar():
        return
    insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(budgets)
    row = insert.values(account=account, refilled_at=0, resumed_at=now)
    connection.execute(row.on_conflict_do_update(index_elements=["account"], set_={"resumed_at": now}))


def _updates(row_ids: Sequence[int]) -> Iterator[Update]:
    left = iter(row_ids)
    while batch := list(islice(left, BATCH)):
        yield update(orders).where(orders.c.id.in_(batch))


def _moved(start: Column[int], since: Instant, until: Instant) -> ColumnElement[int]:
    """Return *start* plus the part of the hold that came after it; *start* itself when it is later than the hold."""
    waited = until - case((start > since, start), else_=since)
    return case((start < until, start + waited), else_=start)
