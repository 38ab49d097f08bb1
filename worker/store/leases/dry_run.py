"""The end of a dry run: orders of accounts that may write again need not wait any longer."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, or_, select, update

from worker.domain.instants import Instant
from worker.domain.reasons import WaitReason
from worker.store.conditions import is_awaited
from worker.store.database.database import Database
from worker.store.tables import orders

BATCH_SIZE = 500
"""How many orders are changed in one transaction, between which other processes can write."""


def end_dry_run(database: Database, accounts: Collection[str]) -> int:
    """Make the orders of *accounts* due that wait for `dry_run`, and return how many. Raises `StoreUnavailable`.

    *accounts* are those whose settings do not have `dry_run`. A worker calls this when it starts.
    """
    total = 0
    while accounts:
        with database.write() as connection:
            count = _make_due(connection, accounts, database.now(connection))
        total += count
        if count < BATCH_SIZE:
            break
    return total


def _make_due(connection: Connection, accounts: Collection[str], now: Instant) -> int:
    is_free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    waits = and_(orders.c.account.in_(accounts), is_awaited(), is_free, orders.c.waiting == WaitReason.DRY_RUN.value)
    # Several workers may start at once: each takes rows that no other has locked.
    batch = select(orders.c.id).where(waits).order_by(orders.c.id).limit(BATCH_SIZE).with_for_update(skip_locked=True)
    ids = connection.execute(batch).scalars().all()
    due = {"due": now, "not_before": None, "enqueued_at": None, "waiting": "", "waiting_detail": ""}
    connection.execute(update(orders).where(orders.c.id.in_(ids)).values(due))
    return len(ids)
