"""The port `Locks` in SQL: a lock is free when its row is missing, or its time is over."""

from sqlalchemy import ColumnElement, delete
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Duration, Instant
from worker.store.database.database import Database
from worker.store.tables import locks


class SqlLocks:
    """The port `Locks` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def acquire(self, name: str, lasts: Duration) -> bool:
        return self.keep(name, lasts, None) is not None

    def keep(self, name: str, lasts: Duration, held_until: Instant | None) -> Instant | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            # Never the same instant twice: it is what tells the owner of the lock from the one before.
            until = now + lasts if held_until is None else max(now + lasts, held_until + 1)
            values = {"locked_until": until, "locked_at": now}
            mine: ColumnElement[bool] = locks.c.locked_until <= now
            if held_until is not None:
                mine = locks.c.locked_until == held_until
            lock = self._insert(locks).values(name=name, **values)
            kept = lock.on_conflict_do_update(index_elements=["name"], set_=values, where=mine)
            return connection.execute(kept.returning(locks.c.locked_until)).scalar()

    def release(self, name: str, held_until: Instant) -> None:
        with self._database.write() as connection:
            connection.execute(delete(locks).where(locks.c.name == name, locks.c.locked_until == held_until))
