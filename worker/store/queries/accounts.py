"""The overview of all accounts, for `accounts list` and `doctor`."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, case, func, select

from worker.domain.instants import Instant
from worker.domain.overview.accounts import AccountEntry, AccountOrders, Overview
from worker.store.conditions import is_awaited, is_ready
from worker.store.database.database import Database
from worker.store.snapshots import active_holds
from worker.store.tables import account_log, orders
from worker.store.workers import seen_workers

LOG_LENGTH = 100
"""How many entries of the log of accounts are shown."""


class AccountQueries:
    """Questions about all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overview(self) -> Overview:
        """Return the orders, the holds and the workers of all accounts. Raises `StoreUnavailable`."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            return replace(without_orders(connection, now), orders=_orders(connection, now))


def without_orders(connection: Connection, now: Instant) -> Overview:
    """Return the holds, the workers and the log of all accounts: a few rows, however many orders there are."""
    held = active_holds(connection, now)
    holds = tuple(hold for account in sorted(held) for hold in held[account])
    return Overview(now, {}, holds, seen_workers(connection), _log(connection))


def _log(connection: Connection) -> tuple[AccountEntry, ...]:
    latest = connection.execute(select(account_log).order_by(account_log.c.id.desc()).limit(LOG_LENGTH)).all()
    return tuple(AccountEntry(row.account, row.at, row.action, row.detail) for row in reversed(latest))


def _orders(connection: Connection, now: Instant) -> dict[str, AccountOrders]:
    ready: Any = case((is_ready(now), orders.c.due))
    waiting = select(orders.c.account, func.count(), func.count(ready), func.min(ready)).where(is_awaited())
    total = select(orders.c.account, func.count()).group_by(orders.c.account)
    columns = {row[0]: row[1:] for row in connection.execute(waiting.group_by(orders.c.account))}
    return {
        account: AccountOrders(count, *columns.get(account, ()))
        for account, count in connection.execute(total.order_by(orders.c.account))
    }
