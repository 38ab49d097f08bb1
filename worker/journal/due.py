"""What is due: the tick asks here which orders to nudge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select, update

from worker.domain.orders import OrderKey
from worker.journal.database import Database
from worker.journal.rows import is_awaited, is_due, is_held, this
from worker.journal.tables import orders


class SqlDue:
    """Finds due orders, each at most once in a while, however many workers ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rounds = count(1)
        self._served: dict[str, int] = {}
        """The round in which each account last had an order claimed."""

    def claim(self, limit: int, nudge_again_after: int, room: Callable[[str], int] | None = None) -> list[OrderKey]:
        """Claim up to *limit* due orders that nobody was nudged about for *nudge_again_after* microseconds.

        *room* says how many of an account there may be. The accounts take turns, so that no backlog of theirs keeps
        another waiting. With nothing due this only reads: an idle worker never takes SQLite's write lock.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            nudged_before = now - nudge_again_after
            accounts = [name for name in _accounts(connection) if not connection.execute(is_held(name, now)).scalar()]
            most = [(name, min(limit, room(name) if room else limit)) for name in accounts]
            waiting = [_waiting(name, now, few, nudged_before) for name, few in most if few > 0]
            queues = [connection.execute(query).all() for query in waiting]
        found = _in_turn(queues, self._served)[:limit]
        self._served |= dict.fromkeys((row.account for row in found), next(self._rounds))
        return self._claim([row.id for row in found], now, nudged_before) if found else []

    def _claim(self, found: list[int], now: int, nudged_before: int) -> list[OrderKey]:
        with self._database.write() as connection:
            still = select(orders.c.id).where(orders.c.id.in_(found), is_due(now), _quiet(nudged_before))
            if not self._database.is_sqlite:
                still = still.with_for_update(skip_locked=True)
            rows = list(connection.execute(still).scalars())
            claimed = update(orders).where(orders.c.id.in_(rows)).values(nudged_at=now)
            told = claimed.returning(orders.c.id, orders.c.account, orders.c.order_id)
            keys = {row.id: OrderKey(row.account, row.order_id) for row in connection.execute(told)}
        return [keys[row] for row in found if row in keys]

    def put_back(self, key: OrderKey) -> None:
        """Forget that the order was nudged: there was no slot for its turn, and the next claim may have it."""
        nudged = update(orders).where(this(key), orders.c.nudged_at.is_not(None))
        self._database.transact(lambda connection, _now: connection.execute(nudged.values(nudged_at=None)))


def _in_turn(queues: Iterable[Sequence[Row[int, str, int]]], served: Mapping[str, int]) -> list[Row[int, str, int]]:
    """One of each queue, then the next of each; of those, the one whose account was *served* longest ago first.

    Of accounts that were served together, the longest due goes first. With more accounts than slots, that alone would
    let new news wait for all their backlogs.
    """
    ranked = [(rank, served.get(row.account, 0), row.due, row) for queue in queues for rank, row in enumerate(queue)]
    return [row for *_, row in sorted(ranked, key=lambda found: found[:3])]


def _accounts(connection: Connection) -> Iterator[str]:
    """Name the accounts that await anything: one look into the index for each, however many orders they have."""
    name = ""
    while True:
        after = select(orders.c.account).where(is_awaited(), orders.c.account > name)
        found = connection.execute(after.order_by(orders.c.account).limit(1)).scalar()
        if found is None:
            return
        yield found
        name = found


def _waiting(account: str, now: int, limit: int, nudged_before: int) -> Select[int, str, int]:
    waiting = is_due(now), _quiet(nudged_before)
    its = select(orders.c.id, orders.c.account, orders.c.due).where(orders.c.account == account, *waiting)
    return its.order_by(orders.c.due).limit(limit)


def _quiet(nudged_before: int) -> ColumnElement[bool]:
    return or_(orders.c.nudged_at.is_(None), orders.c.nudged_at <= nudged_before)
