"""The conditions by which queries and statements choose rows. The docstring of a function is its condition."""

from typing import TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, or_, select

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.store.tables import holds, orders

Now: TypeAlias = Instant | BindParameter[Instant]
"""An instant, or the parameter that will hold it."""


def has_key(key: OrderKey) -> ColumnElement[bool]:
    """The order has this key."""
    return and_(orders.c.account == key.account, orders.c.order_id == key.order_id)


def is_reference() -> ColumnElement[bool]:
    """The row of `orders` is a reference. No platform's id has a colon."""
    return orders.c.order_id.contains(":")


def is_active(now: Now) -> ColumnElement[bool]:
    """The hold has not expired at *now*."""
    return or_(holds.c.until.is_(None), holds.c.until > now)


def not_held(now: Now) -> ColumnElement[bool]:
    """The order's account has no active hold."""
    return orders.c.account.not_in(select(holds.c.account).where(is_active(now)))


def may_send(now: Now) -> ColumnElement[bool]:
    """The order's account has no active hold except `budget`: a reconciliation has reserved its calls already."""
    forbids = and_(is_active(now), holds.c.reason != HoldReason.BUDGET.value)
    return orders.c.account.not_in(select(holds.c.account).where(forbids))


def is_held(account: str, now: Instant) -> Select[bool]:
    """Select whether *account* has an active hold."""
    return select(exists().where(holds.c.account == account, is_active(now)))


def is_awaited() -> ColumnElement[bool]:
    """The order has a due time and is not stopped. This is the condition of the index on due orders."""
    return and_(orders.c.due.is_not(None), orders.c.stop.is_(None))


def is_due(now: Now) -> ColumnElement[bool]:
    """The order may be reconciled: due, not leased, not stopped, its account not held.

    `due` is never earlier than `not_before`, so one range of one index finds the due orders of an account.
    """
    free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    return and_(orders.c.due <= now, orders.c.stop.is_(None), free, not_held(now))
