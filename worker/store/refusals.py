"""The counts of refused requests: a bounded number of rows."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Instant
from worker.domain.refusals import KEPT_FOR, MAX_PATHS, Refusal, RefusalCount, within_bounds
from worker.store.database.database import Database
from worker.store.tables import refusals

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class SqlRefusals:
    """The counts of refused requests in one database. Every method raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, counts: Mapping[Refusal, int]) -> None:
        """Add *counts*. Beyond a bound, a path is told apart from others only when it takes an old one's place."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            bounded = within_bounds(counts, _paths_with_room(connection, now) if any(r.path for r in counts) else ())
            insert = _INSERTS[connection.dialect.name](refusals)
            more = {"count": refusals.c.count + insert.excluded.count, "last_at": insert.excluded.last_at}
            upsert = insert.on_conflict_do_update(index_elements=["source", "path", "reason"], set_=more)
            # All receivers take the rows in one sequence, so that no two of them wait for each other.
            rows = [refusal._asdict() | {"count": count, "last_at": now} for refusal, count in sorted(bounded.items())]
            connection.execute(upsert, rows)


def refusal_counts(connection: Connection) -> tuple[RefusalCount, ...]:
    """Return all counts, the most frequent of each source first; those without a source come first."""
    rows = connection.execute(select(refusals).order_by(refusals.c.source, refusals.c.count.desc(), refusals.c.path))
    return tuple(RefusalCount(*row) for row in rows)


def _paths_with_room(connection: Connection, now: Instant) -> list[str]:
    """Return the paths that are told apart. If there is no room for one more, those not sent to lately lose theirs."""
    paths = select(refusals.c.path).where(refusals.c.source == "", refusals.c.path != "")
    present = list(connection.execute(paths).scalars())
    if len(present) < MAX_PATHS:
        return present
    is_old = refusals.c.last_at < now - KEPT_FOR
    connection.execute(delete(refusals).where(refusals.c.source == "", refusals.c.path != "", is_old))
    return list(connection.execute(paths).scalars())
