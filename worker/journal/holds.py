"""Holds and claims in SQL: accounts that wait, and whose turn it is to do what one worker should do."""

from sqlalchemy import Connection, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.journal.database import Database
from worker.journal.tables import claims, holds, orders


class SqlHolds:
    """The port `Holds` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def hold(self, account: str, reason: str, lasts: int | None, detail: str = "") -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            until = None if lasts is None else now + lasts
            row = self._insert(holds).values(account=account, reason=reason, since=now, until=until, detail=detail)
            ended, new = holds.c.until <= now, row.excluded
            later = case(
                (or_(holds.c.until.is_(None), new.until.is_(None)), None),
                (holds.c.until > new.until, holds.c.until),
                else_=new.until,
            )
            merged = {
                "since": case((ended, now), else_=holds.c.since),
                "until": case((ended, new.until), else_=later),
                "detail": new.detail,
            }
            connection.execute(row.on_conflict_do_update(index_elements=["account", "reason"], set_=merged))

    def lift(self, account: str, reason: str) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            where = and_(holds.c.account == account, holds.c.reason == reason)
            since = connection.execute(delete(holds).where(where).returning(holds.c.since)).scalar()
            if since is not None:
                _excuse(connection, account, since, now)

    def waiting_for_probe(self) -> list[str]:
        """The accounts with a hold that only a probe can lift."""
        query = select(holds.c.account).where(holds.c.until.is_(None), holds.c.reason == "credentials").distinct()
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def expire(self) -> None:
        """Remove the holds whose time is over."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            over = connection.execute(select(holds.c.account, holds.c.reason).where(holds.c.until <= now)).all()
        for account, reason in over:
            self._expire(account, reason)

    def _expire(self, account: str, reason: str) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            where = and_(holds.c.account == account, holds.c.reason == reason, holds.c.until <= now)
            since = connection.execute(delete(holds).where(where).returning(holds.c.since)).scalar()
            if since is not None:
                _excuse(connection, account, since, now)

    def claim(self, name: str, lasts: int) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = self._insert(claims).values(name=name, until=now + lasts)
            taken = row.on_conflict_do_update(
                index_elements=["name"], set_={"until": now + lasts}, where=claims.c.until <= now
            )
            return connection.execute(taken.returning(claims.c.name)).scalar() is not None


def _excuse(connection: Connection, account: str, since: int, now: int) -> None:
    """Move the failures of the account's orders along: the time of a hold is not theirs."""
    later = case((orders.c.failing_since > since, orders.c.failing_since), else_=since)
    failing = and_(orders.c.account == account, orders.c.failing_since.is_not(None))
    connection.execute(update(orders).where(failing).values(failing_since=orders.c.failing_since + now - later))
