"""After a clock was put back: instants that its time ahead has left in the database become what they were meant to be.

A machine that is ten minutes ahead writes waits, holds and locks that end ten minutes late once its clock is right. No
instant at which something has happened lies in the future, so the latest one says by how much the clock was ahead.
A clock that jumps forward needs nothing: what was waited for comes early, and a lease that ends early is lost by its
token.

Beside an instant that was far ahead, nobody can tell whether the clock was wrong before or is wrong now. Then waits
end, because to look too early is harmless, and what has happened to orders stays as it is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Update, and_, case, func, or_, select, true, tuple_, update

from worker.domain.instants import DAY, SECOND, Duration, Instant
from worker.domain.reasons import WriteOutcome
from worker.store.conditions import is_awaited
from worker.store.database.database import Database
from worker.store.tables import budgets, holds, locks, orders, scans, workers, writes

TOLERANCE = 5 * SECOND
"""A clock that was ahead by less than this is left to itself."""
MOST_AHEAD = DAY
"""An instant that is ahead by more is far ahead."""
LONGEST_LEASE = 30 * SECOND
"""No reconciliation leases an order for longer."""
BATCH = 500
"""Orders that one transaction changes."""

EVENTS_OF_ORDERS = tuple(column for column in orders.c if column.name.endswith(("_at", "_since")))
"""The columns of an order that hold when something happened."""
_UNANSWERED = [WriteOutcome.SENT.value, WriteOutcome.UNCERTAIN.value]
SMALL_TABLES: tuple[tuple[Column[int], ...], ...] = (
    (locks.c.locked_at, locks.c.locked_until),
    (holds.c.since, holds.c.until),
    (budgets.c.resumed_at,),
    *((workers.c.seen_at,), (workers.c.started_at,), (workers.c.scheduled_at,)),
    *((scans.c.started_at,), (scans.c.finished_at,), (scans.c.complete_at,)),
)
"""When something happened, in the tables that have few rows, and what was planned then."""
LOOKED_AT = (orders.c.updated_at, *(happened for happened, *_ in SMALL_TABLES))
"""The columns that say whether a clock was ahead. Each worker writes into one of them every few seconds."""


class ClockChanges:
    """Puts right what a clock has left in the database that was ahead and is right now.

    Each transaction locks its rows, then reads the clock, and then compares. So no instant that another worker writes
    meanwhile is taken for one of the time ahead, however long this process stands still.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_right(self) -> Duration:
        """Return by how much the clock was ahead; 0 if that is less than `TOLERANCE`.

        Every instant of the time ahead becomes earlier by this; waits of a time that was far ahead end at once. Orders
        follow in batches. It may be repeated, and several workers may do it at once. Raises `StoreUnavailable`.
        """
        with self._database.read() as connection:
            near, far = self._near(connection), self._far(connection)
        if near or far:
            for happened, *planned in SMALL_TABLES:
                self._put_right_table(near, happened, *planned)
            self._hasten_probes()
            self._put_right_orders(near)
        return far or near

    def _near(self, connection: Connection) -> Duration:
        """Return by how much the latest instant that is not far ahead is ahead."""
        most = self._database.now(connection) + MOST_AHEAD
        latest = max(_latest(connection, column, column <= most) for column in LOOKED_AT)
        # The clock comes last: if this process stands still in between, the latest instant seems less ahead.
        ahead = latest - self._database.now(connection)
        return ahead if ahead > TOLERANCE else 0

    def _far(self, connection: Connection) -> Duration:
        """Return by how much the latest instant is ahead if it is far ahead, and something depends on it."""
        now = self._database.now(connection)
        waits = and_(is_awaited(), orders.c.due > now)
        latest = max(
            _latest(connection, column, column > now + MOST_AHEAD, waits if column.table is orders else true())
            for column in LOOKED_AT
        )
        return max(0, latest - now)

    def _put_right_table(self, ahead: Duration, happened: Column[int], *planned: Column[int]) -> None:
        """Make *happened*, and what was *planned* then, earlier where it lies in the future."""
        table = happened.table
        key = tuple_(*table.primary_key.columns)
        rows = select(*table.primary_key.columns).where(happened.is_not(None)).with_for_update(skip_locked=True)
        with self._database.write() as connection:
            locked = [tuple(row) for row in connection.execute(rows)]
            now = self._database.now(connection)
            shift = case((happened > now + MOST_AHEAD, happened - now), else_=ahead)
            values = {column: column - shift for column in (happened, *planned)}
            connection.execute(update(table).where(key.in_(locked), happened > now + TOLERANCE).values(values))

    def _hasten_probes(self) -> None:
        # A probe is harmless, so it comes at once: nobody can tell when it was meant to come.
        free = (
            select(holds.c.account, holds.c.reason)
            .where(holds.c.next_probe.is_not(None))
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            locked = [tuple(row) for row in connection.execute(free)]
            now, key = self._database.now(connection), tuple_(holds.c.account, holds.c.reason)
            later = and_(key.in_(locked), holds.c.next_probe > now)
            connection.execute(update(holds).where(later).values(next_probe=now))

    def _put_right_orders(self, ahead: Duration) -> None:
        last = 0
        while ids := self._orders_after(last):
            with self._database.write() as connection:
                # An order that somebody else changes now is left to the next time.
                free = select(orders.c.id).where(orders.c.id.in_(ids)).with_for_update(skip_locked=True)
                locked = connection.execute(free).scalars().all()
                now = self._database.now(connection)
                for statement in (_shift(now, ahead), _end_leases(now), _end_far_waits(now)):
                    connection.execute(statement.where(orders.c.id.in_(locked)))
                _put_right_writes(connection, locked, now, ahead)
            last = ids[-1]

    def _orders_after(self, last: int) -> Sequence[int]:
        """Return the ids of the next orders with an instant of the time ahead."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            near = (_is_near(column, now) for column in EVENTS_OF_ORDERS)
            leased_too_long = orders.c.lease_until > now + LONGEST_LEASE
            which = or_(*near, leased_too_long, _waits_far_ahead(now))
            query = select(orders.c.id).where(orders.c.id > last, which).order_by(orders.c.id).limit(BATCH)
            return connection.execute(query).scalars().all()


def _latest(connection: Connection, column: Column[int], *where: ColumnElement[bool]) -> Instant:
    return connection.scalar(select(func.max(column)).where(*where)) or 0


def _is_near(column: Column[Any], now: Instant) -> ColumnElement[bool]:
    return and_(column > now + TOLERANCE, column <= now + MOST_AHEAD)


def _waits_far_ahead(now: Instant) -> ColumnElement[bool]:
    """The order waits, and its wait is measured from an instant that is far ahead."""
    far = now + MOST_AHEAD
    measured_from = (orders.c.enqueued_at, orders.c.sent_at, orders.c.uncertain_at)
    is_planned_far = and_(orders.c.updated_at > far, orders.c.due > now)
    return and_(is_awaited(), or_(is_planned_far, *(column > far for column in measured_from)))


def _shift(now: Instant, ahead: Duration) -> Update:
    """Make earlier what happened in the time ahead, and the waits that began then."""
    values: dict[Column[Any], ColumnElement[Any]] = {
        column: case((_is_near(column, now), column - ahead), else_=column) for column in EVENTS_OF_ORDERS
    }
    for column in (orders.c.due, orders.c.not_before):
        values[column] = case((_is_near(orders.c.updated_at, now), column - ahead), else_=column)
    return update(orders).values(values)


def _end_leases(now: Instant) -> Update:
    """End leases in time, and never earlier than they were meant to: another reconciliation would begin beside one."""
    end = now + LONGEST_LEASE
    return update(orders).where(orders.c.lease_until > end).values(lease_until=end)


def _end_far_waits(now: Instant) -> Update:
    """Let orders be due now that wait from an instant that is far ahead. A write without an answer counts as new."""
    values: dict[Column[Any], ColumnElement[Any] | None] = {orders.c.enqueued_at: None}
    for column in (orders.c.due, orders.c.not_before):
        values[column] = case((column > now, now), else_=column)
    for column in (orders.c.sent_at, orders.c.uncertain_at):
        values[column] = case((column > now + MOST_AHEAD, now), else_=column)
    return update(orders).where(_waits_far_ahead(now)).values(values)


def _put_right_writes(connection: Connection, order_rows: Sequence[int], now: Instant, ahead: Duration) -> None:
    """Put right the writes of orders, whose `sent_at` is that of their order while they have no answer."""
    of_orders = update(writes).where(writes.c.order_row.in_(order_rows))
    for column in (writes.c.sent_at, writes.c.answered_at):
        connection.execute(of_orders.where(_is_near(column, now)).values({column: column - ahead}))
    unanswered = and_(writes.c.outcome.in_(_UNANSWERED), writes.c.sent_at > now + MOST_AHEAD)
    connection.execute(of_orders.where(unanswered).values(sent_at=now))
