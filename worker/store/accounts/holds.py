"""The port `Holds` in SQL: accounts that wait."""

from collections.abc import Collection, Mapping

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    bindparam,
    case,
    collate,
    delete,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Duration, Instant
from worker.domain.reasons import HoldReason
from worker.store.conditions import is_awaited, is_reference
from worker.store.database.database import Database
from worker.store.tables import holds, orders

_UNCONFIGURED = select(holds.c.account).where(holds.c.reason == HoldReason.NOT_CONFIGURED.value)
"""Selects the accounts that are held because the settings do not name them."""

_DELETE_HOLDS = delete(holds).where(holds.c.account == bindparam("its_account"))
_ENDED_COLUMNS = (holds.c.account, holds.c.since, holds.c.until)
_DELETE_EXPIRED = _DELETE_HOLDS.where(holds.c.until <= bindparam("at")).returning(*_ENDED_COLUMNS)
"""Deletes the expired holds of an account, and returns them."""
_DELETE_ONE = _DELETE_HOLDS.where(holds.c.reason == bindparam("its_reason")).returning(*_ENDED_COLUMNS)
"""Deletes the hold of an account for one reason, and returns it."""


class SqlHolds:
    """The port `Holds` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def hold(self, account: str, reason: HoldReason, lasts: Duration | None, detail: str = "") -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            # An expired hold ends first. Otherwise the new hold would begin at its `since`.
            end_expired(connection, account, now)
            until = None if lasts is None else now + lasts
            row = self._insert(holds).values(account=account, reason=reason, since=now, until=until, detail=detail)
            new = row.excluded
            later = case(
                (or_(holds.c.until.is_(None), new.until.is_(None)), None),
                (holds.c.until > new.until, holds.c.until),
                else_=new.until,
            )
            merged = {"until": later, "detail": new.detail}
            connection.execute(row.on_conflict_do_update(index_elements=["account", "reason"], set_=merged))

    def lift(self, account: str, reason: HoldReason) -> None:
        with self._database.write() as connection:
            values = {"its_account": account, "its_reason": reason}
            _end(connection, _DELETE_ONE, self._database.now(connection), values)

    def waiting_for_probe(self) -> list[str]:
        """Return the accounts that are held for their credentials, until a probe lifts the hold."""
        query = select(holds.c.account).where(holds.c.until.is_(None), holds.c.reason == HoldReason.CREDENTIALS.value)
        with self._database.read() as connection:
            return list(connection.execute(query.distinct()).scalars())

    def expire(self) -> None:
        """End the expired holds of all accounts."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            expired = select(holds.c.account).where(holds.c.until <= now).distinct()
            accounts = list(connection.execute(expired).scalars())
        for account in accounts:
            with self._database.write() as connection:
                end_expired(connection, account, now)

    def hold_unconfigured(self, configured: Collection[str]) -> None:
        """Hold the accounts that have orders and are not *configured*; lift this hold of accounts that are."""
        with self._database.read() as connection:
            with_orders = set(connection.execute(select(orders.c.account).distinct()).scalars())
            held = set(connection.execute(_UNCONFIGURED).scalars())
        for account in with_orders - set(configured):
            self.hold(account, HoldReason.NOT_CONFIGURED, None, "the settings name no such account")
        for account in held & set(configured):
            self.lift(account, HoldReason.NOT_CONFIGURED)


def end_expired(connection: Connection, account: str, now: Instant) -> None:
    """End the expired holds of *account* at *now*."""
    _end(connection, _DELETE_EXPIRED, now, {"its_account": account, "at": now})


def _end(connection: Connection, delete_holds: Executable, now: Instant, values: Mapping[str, object]) -> None:
    """Delete holds by *delete_holds* with *values*. The time that they lasted does not count against `retry_for`."""
    for hold in connection.execute(delete_holds, values).all():
        _move_failures(connection, hold.account, hold.since, min(now, hold.until or now))


def _move_failures(connection: Connection, account: str, since: Instant, until: Instant) -> None:
    """Move the start of each order's failures forward, by its part of a hold from *since* to *until*."""
    starts = (orders.c.failing_since, orders.c.missing_since)
    failing = or_(*(start < until for start in starts))
    # On PostgreSQL, all transactions lock rows in the sequence of `intake.waiting`, so that there is no deadlock.
    order_id = orders.c.order_id if connection.dialect.name == "sqlite" else collate(orders.c.order_id, "C")
    sequence = (not_(is_reference()), order_id)
    rows = select(orders.c.id).where(orders.c.account == account, is_awaited(), failing).order_by(*sequence)
    moved = {start: _moved(start, since, until) for start in starts}
    connection.execute(update(orders).where(orders.c.id.in_(rows.with_for_update())).values(moved))


def _moved(start: Column[int], since: Instant, until: Instant) -> ColumnElement[int]:
    """Return *start* plus the part of the hold that came after it; *start* itself when it is later than the hold."""
    waited = until - case((start > since, start), else_=since)
    return case((start < until, start + waited), else_=start)
