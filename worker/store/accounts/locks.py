"""The port `Locks` in SQL: a lock is free when its row is missing, or its time is over."""

from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Duration
from worker.store.database.database import Database
from worker.store.tables import locks


class SqlLocks:
    """The port `Locks` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def acquire(self, name: str, lasts: Duration) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            lock = self._insert(locks).values(name=name, locked_until=now + lasts)
            acquired = lock.on_conflict_do_update(
                index_elements=["name"], set_={"locked_until": now + lasts}, where=locks.c.locked_until <= now
            )
            return connection.execute(acquired.returning(locks.c.name)).scalar() is not None
