"""Holds and claims in SQL: accounts that wait, and whose turn it is to do what one worker should do."""

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

from worker.journal.database import Database
from worker.journal.rows import is_awaited, is_reference
from worker.journal.tables import claims, holds, orders

NOT_CONFIGURED = "not_configured"

_STRANGERS = select(holds.c.account).where(holds.c.reason == NOT_CONFIGURED)

_ITS = delete(holds).where(holds.c.account == bindparam("its_account"))
_ENDED = (holds.c.account, holds.c.since, holds.c.until)
_OVER = _ITS.where(holds.c.until <= bindparam("at")).returning(*_ENDED)
_THIS = _ITS.where(holds.c.reason == bindparam("its_reason")).returning(*_ENDED)


class SqlHolds:
    """The port `Holds` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def hold(self, account: str, reason: str, lasts: int | None, detail: str = "") -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            # One that is over and still here ends first: what it took must not be lost with its `since`.
            end_over(connection, account, now)
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

    def lift(self, account: str, reason: str) -> None:
        with self._database.write() as connection:
            _end(connection, _THIS, self._database.now(connection), {"its_account": account, "its_reason": reason})

    def waiting_for_probe(self) -> list[str]:
        """The accounts with a hold that only a probe can lift."""
        query = select(holds.c.account).where(holds.c.until.is_(None), holds.c.reason == "credentials").distinct()
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def expire(self) -> None:
        """Remove the holds whose time is over."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            over = list(connection.execute(select(holds.c.account).where(holds.c.until <= now).distinct()).scalars())
        for account in over:
            with self._database.write() as connection:
                end_over(connection, account, now)

    def hold_strangers(self, configured: Collection[str]) -> None:
        """Hold the accounts that have orders and are not *configured*, and lift the holds of those that are again."""
        with self._database.read() as connection:
            known = set(connection.execute(select(orders.c.account).distinct()).scalars())
            strangers = set(connection.execute(_STRANGERS).scalars())
        for account in known - set(configured):
            self.hold(account, NOT_CONFIGURED, None, "the settings name no such account")
        for account in strangers & set(configured):
            self.lift(account, NOT_CONFIGURED)

    def claim(self, name: str, lasts: int) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = self._insert(claims).values(name=name, until=now + lasts)
            taken = row.on_conflict_do_update(
                index_elements=["name"], set_={"until": now + lasts}, where=claims.c.until <= now
            )
            return connection.execute(taken.returning(claims.c.name)).scalar() is not None


def end_over(connection: Connection, account: str, now: int) -> None:
    """Remove the holds of *account* whose time is over."""
    _end(connection, _OVER, now, {"its_account": account, "at": now})


def _end(connection: Connection, ended: Executable, now: int, values: Mapping[str, object]) -> None:
    """Remove holds; the time that they took is not their orders' own."""
    for hold in connection.execute(ended, values).all():
        _excuse(connection, hold.account, hold.since, min(now, hold.until or now))


def _excuse(connection: Connection, account: str, since: int, until: int) -> None:
    """Move the failures of the account's orders along by as much of [since, until] as they have seen."""
    firsts = (orders.c.failing_since, orders.c.missing_since)
    failing = or_(*(first < until for first in firsts))
    # Only PostgreSQL needs the locks, and deadlocks unless all take them in one order: that of `news` and `references`.
    order_id = orders.c.order_id if connection.dialect.name == "sqlite" else collate(orders.c.order_id, "C")
    in_order = (not_(is_reference()), order_id)
    its = select(orders.c.id).where(orders.c.account == account, is_awaited(), failing).order_by(*in_order)
    moved = {first: _moved(first, since, until) for first in firsts}
    connection.execute(update(orders).where(orders.c.id.in_(its.with_for_update())).values(moved))


def _moved(first: Column[int], since: int, until: int) -> ColumnElement[int]:
    waited = until - case((first > since, first), else_=since)
    return case((first < until, first + waited), else_=first)
