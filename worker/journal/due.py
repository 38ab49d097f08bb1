"""What is due: the tick asks here which orders to nudge."""

from sqlalchemy import Select, or_, select, update

from worker.domain.orders import OrderKey
from worker.journal.database import Database
from worker.journal.rows import is_due
from worker.journal.tables import orders


class SqlDue:
    """Finds due orders, each at most once in a while, however many workers ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, limit: int, nudge_again_after: int) -> list[OrderKey]:
        """Claim up to *limit* due orders that nobody was nudged about for *nudge_again_after* microseconds.

        With nothing due this only reads, so that an idle worker never takes SQLite's write lock.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            found = list(connection.execute(_waiting(now, limit, nudge_again_after)).scalars())
        if not found:
            return []
        with self._database.write() as connection:
            waiting = _waiting(now, limit, nudge_again_after).where(orders.c.id.in_(found))
            if not self._database.is_sqlite:
                waiting = waiting.with_for_update(skip_locked=True)
            rows = list(connection.execute(waiting).scalars())
            claimed = update(orders).where(orders.c.id.in_(rows)).values(nudged_at=now)
            return [
                OrderKey(*row) for row in connection.execute(claimed.returning(orders.c.account, orders.c.order_id))
            ]


def _waiting(now: int, limit: int, nudge_again_after: int) -> Select[tuple[int]]:
    quiet = or_(orders.c.nudged_at.is_(None), orders.c.nudged_at <= now - nudge_again_after)
    return select(orders.c.id).where(is_due(now), quiet).order_by(orders.c.due).limit(limit)
