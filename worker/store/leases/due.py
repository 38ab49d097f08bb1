"""The due orders, which the schedulers of all workers claim in order to enqueue them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select, update

from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.store.conditions import has_key, is_awaited, is_due, is_held
from worker.store.database.database import Database
from worker.store.tables import orders

_DueRow: TypeAlias = Row[int, str, int]
"""The id, the account and the due time of an order."""


class DueOrders:
    """Claims due orders. No order is claimed twice in a short time, even when several workers ask at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rounds = count(1)
        self._last_rounds: dict[str, int] = {}
        """The round in which each account last had an order claimed."""

    def claim(
        self, limit: int, enqueue_again_after: Duration, capacity: Callable[[str], int] | None = None
    ) -> list[OrderKey]:
        """Claim up to *limit* due orders that were not enqueued for *enqueue_again_after*.

        *capacity* returns how many orders of an account may be claimed. The accounts alternate, so that no account
        waits for the backlog of another. If nothing is due, nothing is written: an idle worker never takes SQLite's
        write lock. Raises `StoreUnavailable`.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            enqueued_before = now - enqueue_again_after
            accounts = [name for name in _accounts(connection) if not connection.execute(is_held(name, now)).scalar()]
            limits = {name: min(limit, capacity(name) if capacity else limit) for name in accounts}
            queries = [_due_of(name, now, most, enqueued_before) for name, most in limits.items() if most > 0]
            queues = [connection.execute(query).all() for query in queries]
        rows = _alternate(queues, self._last_rounds)[:limit]
        self._last_rounds |= dict.fromkeys((row.account for row in rows), next(self._rounds))
        return self._claim([row.id for row in rows], now, enqueued_before) if rows else []

    def _claim(self, row_ids: list[int], now: Instant, enqueued_before: Instant) -> list[OrderKey]:
        with self._database.write() as connection:
            still_due = select(orders.c.id).where(
                orders.c.id.in_(row_ids), is_due(now), _not_enqueued_since(enqueued_before)
            )
            if not self._database.is_sqlite:
                still_due = still_due.with_for_update(skip_locked=True)
            locked = list(connection.execute(still_due).scalars())
            claim = update(orders).where(orders.c.id.in_(locked)).values(enqueued_at=now)
            claimed = connection.execute(claim.returning(orders.c.id, orders.c.account, orders.c.order_id))
            keys = {row.id: OrderKey(row.account, row.order_id) for row in claimed}
        return [keys[row_id] for row_id in row_ids if row_id in keys]

    def put_back(self, key: OrderKey) -> None:
        """Forget that the order was enqueued, because no slot was free for it. It may be claimed again at once."""
        enqueued = update(orders).where(has_key(key), orders.c.enqueued_at.is_not(None))
        self._database.transact(lambda connection, _now: connection.execute(enqueued.values(enqueued_at=None)))


def _alternate(queues: Iterable[Sequence[_DueRow]], last_rounds: Mapping[str, int]) -> list[_DueRow]:
    """Return the first row of each queue, then the second of each, and so on.

    Among the rows of one rank, the account of the earliest of *last_rounds* comes first, then the order that is due
    longest. By due time alone, new events would wait for all backlogs when there are more accounts than slots.
    """
    ranked = [(rank, row) for queue in queues for rank, row in enumerate(queue)]
    ranked.sort(key=lambda entry: (entry[0], last_rounds.get(entry[1].account, 0), entry[1].due))
    return [row for _, row in ranked]


def _accounts(connection: Connection) -> Iterator[str]:
    """Yield the accounts with awaited orders: one search in the index for each, however many orders it has."""
    name: str | None = ""
    while True:
        following = select(orders.c.account).where(is_awaited(), orders.c.account > name)
        name = connection.execute(following.order_by(orders.c.account).limit(1)).scalar()
        if name is None:
            return
        yield name


def _due_of(account: str, now: Instant, limit: int, enqueued_before: Instant) -> Select[int, str, int]:
    """Select the orders of *account* that are due longest."""
    due = select(orders.c.id, orders.c.account, orders.c.due).where(
        orders.c.account == account, is_due(now), _not_enqueued_since(enqueued_before)
    )
    return due.order_by(orders.c.due).limit(limit)


def _not_enqueued_since(instant: Instant) -> ColumnElement[bool]:
    return or_(orders.c.enqueued_at.is_(None), orders.c.enqueued_at <= instant)
