"""The conditions by which queries and statements choose rows. The docstring of a function is its condition."""

from typing import TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, not_, or_, select

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.store.tables import UNKNOWN, events, holds, orders

Now: TypeAlias = Instant | BindParameter[Instant]
"""An instant, or the parameter that will hold it."""


def has_key(key: OrderKey) -> ColumnElement[bool]:
    """The order has this key."""
    return and_(orders.c.account == key.account, orders.c.order_id == key.order_id)


def is_reference() -> ColumnElement[bool]:
    """The row of `orders` is a reference. No platform's id has a colon."""
    return orders.c.order_id.contains(":")


def is_never_shown() -> ColumnElement[bool]:
    """The platform has never shown the order: the index on these orders has it, and it was not read."""
    return and_(UNKNOWN, is_unread())


def is_unread() -> ColumnElement[bool]:
    """No read has shown the order, if its lane says so. A worker of an earlier version writes no lane after a read.

    The platform shows no reference, but a search for it has an instant of its last read, too.
    """
    return or_(orders.c.read_at.is_(None), is_reference())


def counts() -> ColumnElement[bool]:
    """The event counts for its order: it is not restricted, or its source carries the order.

    In a reference everything counts: whose order it is about is not known yet, and those of a restricted source have
    references of their own.
    """
    return or_(not_(events.c.restricted), events.c.source == orders.c.carrier, is_reference())


def is_active(now: Now) -> ColumnElement[bool]:
    """The hold has not expired at *now*."""
    return or_(holds.c.until.is_(None), holds.c.until > now)


def not_held(now: Now) -> ColumnElement[bool]:
    """The order's account has no active hold."""
    return orders.c.account.not_in(select(holds.c.account).where(is_active(now)))


def is_held(account: str, now: Instant) -> Select[bool]:
    """Select whether *account* has an active hold."""
    return select(exists().where(holds.c.account == account, is_active(now)))


def is_awaited() -> ColumnElement[bool]:
    """The order has a due time and is not stopped. This is the condition of the index on due orders."""
    return and_(orders.c.due.is_not(None), orders.c.stop.is_(None))


def is_ready(now: Now) -> ColumnElement[bool]:
    """The order is due, not leased and not stopped; its account may be held.

    `due` is never earlier than `not_before`, so one range of one index finds these orders of an account.
    """
    free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    return and_(orders.c.due <= now, orders.c.stop.is_(None), free)


def is_due(now: Now) -> ColumnElement[bool]:
    """The order may be reconciled: due, not leased, not stopped, its account not held."""
    return and_(is_ready(now), not_held(now))
