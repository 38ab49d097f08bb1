"""What a claim reads: the accounts with due orders, and those of each account that are due longest.

Each query is a search in the index on due orders, or in a primary key, however long the backlog is. The queries are
built once, because to build one takes longer than to run it. `at` is the instant of the claim; orders that were
claimed after `enqueued_before` are left out.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from worker.domain.instants import Instant
from worker.domain.lanes import Lane
from worker.store.conditions import is_awaited, is_due
from worker.store.tables import UNKNOWN, orders

_AT = bindparam("at", type_=BigInteger)
_ACCOUNT, _SOURCE = bindparam("account", type_=Text), bindparam("source", type_=Text)
_LANE, _LIMIT = bindparam("lane", type_=Integer), bindparam("limit", type_=Integer)


def not_enqueued_since(instant: ColumnElement[Instant] | Instant) -> ColumnElement[bool]:
    """The order was not claimed after *instant*."""
    return or_(orders.c.enqueued_at.is_(None), orders.c.enqueued_at <= instant)


_IS_CLAIMABLE = is_due(_AT), not_enqueued_since(bindparam("enqueued_before", type_=BigInteger))


def _accounts_with_due_orders() -> Select[str]:
    """Select the accounts with claimable orders: a few searches for each account that has awaited orders."""
    awaited = select(func.min(orders.c.account).label("account")).where(is_awaited())
    first = awaited.where(orders.c.account > "").cte("awaited", recursive=True)
    following = awaited.where(orders.c.account > first.c.account).scalar_subquery()
    accounts = first.union_all(select(following).where(first.c.account.is_not(None)))
    is_claimable = or_(
        *(
            exists().where(orders.c.account == accounts.c.account, orders.c.lane == lane, *_IS_CLAIMABLE)
            for lane in Lane
        )
    )
    return select(accounts.c.account).where(accounts.c.account.is_not(None), is_claimable)


_ACCOUNTS = _accounts_with_due_orders()
_DUE = select(orders.c.id, orders.c.account, orders.c.due, orders.c.lane, orders.c.reported_by).where(
    orders.c.account == _ACCOUNT, orders.c.lane == _LANE, *_IS_CLAIMABLE
)
_KNOWN = _DUE.order_by(orders.c.due).limit(_LIMIT)
_OF_SOURCE = _DUE.where(UNKNOWN, orders.c.reported_by == _SOURCE).order_by(orders.c.due).limit(_LIMIT)
_SOURCES = select(func.min(orders.c.reported_by)).where(UNKNOWN, orders.c.account == _ACCOUNT)
_NEXT_SOURCE = _SOURCES.where(orders.c.reported_by > _SOURCE)


class DueRow(NamedTuple):
    """A due order."""

    id: int
    account: str
    due: Instant
    lane: int
    source: str
    """The source that was the first to name the order."""


def accounts_with_due_orders(connection: Connection, now: Instant, enqueued_before: Instant) -> list[str]:
    """Return the accounts with an order that may be claimed: due, not held, and not claimed since *enqueued_before*.

    One statement, which needs a few searches for each account with orders that are due now or later.
    """
    return list(connection.scalars(_ACCOUNTS, {"at": now, "enqueued_before": enqueued_before}))


def known_rows(
    connection: Connection, account: str, now: Instant, limit: int, enqueued_before: Instant
) -> list[DueRow]:
    """Return up to *limit* orders of *account* that the platform has shown: those that are due longest.

    None of them was claimed since *enqueued_before*.
    """
    values = {"account": account, "lane": Lane.KNOWN, "at": now, "limit": limit, "enqueued_before": enqueued_before}
    return [DueRow(*row) for row in connection.execute(_KNOWN, values)]


def unknown_rows(
    connection: Connection, account: str, now: Instant, limit: int, enqueued_before: Instant
) -> Mapping[Lane, list[list[DueRow]]]:
    """Return the orders of *account* that the platform has never shown, by their lane: a list for each source.

    Each list has up to *limit* orders that the source was the first to name, those that are due longest.
    """
    values = {"account": account, "at": now, "limit": limit, "enqueued_before": enqueued_before}
    lanes: dict[Lane, list[list[DueRow]]] = {Lane.NEW: [], Lane.MISSING: []}
    for source in _sources(connection, account):
        for lane, lists in lanes.items():
            rows = connection.execute(_OF_SOURCE, values | {"source": source, "lane": lane})
            lists.append([DueRow(*row) for row in rows])
    return lanes


def _sources(connection: Connection, account: str) -> Iterator[str]:
    """Yield the sources that have named unknown orders of *account*: one search in the index for each."""
    source = connection.scalar(_SOURCES, {"account": account})
    while source is not None:
        yield source
        source = connection.scalar(_NEXT_SOURCE, {"account": account, "source": source})
