"""The due orders, which the schedulers of all workers claim for the slots of their own processes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import Connection, select, update

from worker.domain.accounts.claiming import choose
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import Duration, Instant
from worker.domain.lanes import Lane
from worker.domain.orders import OrderKey
from worker.store.conditions import is_due
from worker.store.database.database import Database
from worker.store.leases.due_rows import DueRow, accounts_with_due_orders, known_rows, not_enqueued_since, unknown_rows
from worker.store.leases.put_back import PutBack
from worker.store.leases.room import room_of
from worker.store.tables import orders

CLAIMS_IN_A_ROW = 3
"""How often a claim looks in a row, when other workers were faster to claim what it has found."""

Capacity: TypeAlias = Callable[[str], int]
"""Returns how many orders of an account may be claimed."""

_Name: TypeAlias = tuple[str, ...]
"""The name of an account, or of an account and one of its sources."""


class DueOrders:
    """Claims due orders. No order is claimed twice in a short time, even when several workers ask at once.

    Only orders of *accounts* are claimed, which are those that this worker serves; None: of all accounts. *limits* are
    calls a minute, by account. *is_used_up* tells whether this process knows that an account has no calls.
    """

    def __init__(
        self,
        database: Database,
        accounts: Collection[str] | None = None,
        limits: Mapping[str, int] = MappingProxyType({}),
        is_used_up: Callable[[str], bool] = lambda _account: False,
    ) -> None:
        self._database, self._accounts, self._limits, self._is_used_up = database, accounts, limits, is_used_up
        self._rounds = count(1)
        self._last_rounds: dict[_Name, int] = {}
        """The round in which each account, and each source, last had an order claimed."""
        self._places = Counter[str]()
        """How many orders of each account were claimed."""
        self._put_back = PutBack(database, is_used_up)

    def claim(self, limit: int, claim_again_after: Duration, capacity: Capacity | None = None) -> list[OrderKey]:
        """Claim up to *limit* due orders that were not claimed for *claim_again_after*.

        *capacity* returns how many orders of an account may be claimed. No more are claimed than its call budget can
        feed now, and after a hold only a few at first. Orders that the platform has shown come first. The accounts
        alternate, so that no account waits for the backlog of another; among orders that it has not shown, so do the
        sources that have named them. If nothing is due, nothing is written: an idle worker never takes SQLite's write
        lock. Raises `StoreUnavailable`.
        """
        self.flush()
        claimed: list[OrderKey] = []
        for _ in range(CLAIMS_IN_A_ROW):
            try:
                found, keys = self._claim_once(limit - len(claimed), claim_again_after, _less(capacity, claimed))
            except StoreUnavailable:
                if claimed:
                    break
                raise
            claimed += keys
            if len(keys) == found:
                break
        return claimed

    def put_back(self, key: OrderKey) -> None:
        """Forget that the order was claimed, because it cannot be reconciled now. The next claim may claim it again.

        It costs no transaction of its own, so that a flood of claims for an account without calls costs none.
        """
        self._put_back.add(key)

    def flush(self) -> None:
        """Write what was put back, of accounts that may have calls again. Raises `StoreUnavailable`.

        Each claim begins with this; a worker that stops calls it, so that the other workers need not wait.
        """
        self._put_back.flush()

    def _claim_once(
        self, limit: int, claim_again_after: Duration, capacity: Capacity | None
    ) -> tuple[int, list[OrderKey]]:
        """Return how many due orders were found, and those of them that were claimed."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            enqueued_before = now - claim_again_after
            queues = list(islice(self._queues(connection, limit, capacity, now, enqueued_before), limit))
        rows = _alternate(queues, self._last_rounds, _account_of)[:limit]
        names = (name(row) for row in rows for name in (_account_of, _source_of))
        self._last_rounds |= dict.fromkeys(names, next(self._rounds))
        self._places.update(row.account for row in rows)
        return len(rows), self._write([row.id for row in rows], now, enqueued_before) if rows else []

    def _queues(
        self, connection: Connection, limit: int, capacity: Capacity | None, now: Instant, enqueued_before: Instant
    ) -> Iterator[Sequence[DueRow]]:
        """Yield the due orders of each account, the account first of which an order was claimed longest ago.

        With as many accounts as orders may be claimed, those behind need not be looked at: they come next time.
        """
        due = accounts_with_due_orders(connection, now, enqueued_before)
        for account in sorted(due, key=lambda name: self._last_rounds.get((name,), 0)):
            most = (min(limit, capacity(account)) if capacity else limit) if self._is_served(account) else 0
            rows = self._due_of(connection, account, now, most, enqueued_before) if most > 0 else ()
            if rows:
                yield rows

    def _is_served(self, account: str) -> bool:
        return (self._accounts is None or account in self._accounts) and not self._is_used_up(account)

    def _due_of(
        self, connection: Connection, account: str, now: Instant, most: int, enqueued_before: Instant
    ) -> Sequence[DueRow]:
        room = room_of(connection, account, now, self._limits.get(account))
        most = most if room.orders is None else min(most, room.orders)
        if most <= 0 or room.calls == 0:
            return ()
        queues = {Lane.KNOWN: known_rows(connection, account, now, most, enqueued_before)}
        for lane, lists in unknown_rows(connection, account, now, most, enqueued_before).items():
            queues[lane] = _alternate(lists, self._last_rounds, _source_of)
        queues[Lane.MISSING] = queues[Lane.MISSING][: room.missing]
        return choose(queues, places=self._places[account], most=most, calls=room.calls)

    def _write(self, row_ids: list[int], now: Instant, enqueued_before: Instant) -> list[OrderKey]:
        """Write the claims, except of orders that another worker has just claimed. Returns the orders."""
        with self._database.write() as connection:
            still_due = select(orders.c.id).where(
                orders.c.id.in_(row_ids), is_due(now), not_enqueued_since(enqueued_before)
            )
            if not self._database.is_sqlite:
                still_due = still_due.with_for_update(skip_locked=True)
            locked = list(connection.execute(still_due).scalars())
            claim = update(orders).where(orders.c.id.in_(locked)).values(enqueued_at=now)
            claimed = connection.execute(claim.returning(orders.c.id, orders.c.account, orders.c.order_id))
            keys = {row.id: OrderKey(row.account, row.order_id) for row in claimed}
        return [keys[row_id] for row_id in row_ids if row_id in keys]


def _less(capacity: Capacity | None, claimed: Iterable[OrderKey]) -> Capacity | None:
    """Return *capacity* without what the *claimed* orders take."""
    counts = Counter(key.account for key in claimed)
    return None if capacity is None else lambda account: capacity(account) - counts[account]


def _account_of(row: DueRow) -> _Name:
    return (row.account,)


def _source_of(row: DueRow) -> _Name:
    return row.account, row.source


def _alternate(
    queues: Iterable[Sequence[DueRow]], last_rounds: Mapping[_Name, int], name_of: Callable[[DueRow], _Name]
) -> list[DueRow]:
    """Return the first row of each queue, then the second of each, and so on. *name_of* names the queue of a row.

    Among the rows of one rank, the queue of the earliest of *last_rounds* comes first, then the order that is due
    longest. By due time alone, new events would wait for all backlogs when there are more accounts than slots.
    """
    ranked = [(rank, row) for queue in queues for rank, row in enumerate(queue)]
    ranked.sort(key=lambda entry: (entry[0], last_rounds.get(name_of(entry[1]), 0), entry[1].due))
    return [row for _, row in ranked]
