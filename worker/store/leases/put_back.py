"""Claimed orders that are put back, so that the next claim of any worker finds them again."""

import threading
from collections.abc import Callable, Sequence

from sqlalchemy import select, update

from worker.domain.orders import OrderKey
from worker.store.database.database import Database
from worker.store.tables import orders

MAX_PUT_BACK = 1_000
"""How many orders of a process wait to be put back. Others are claimed again after some seconds by themselves."""


class PutBack:
    """The claimed orders of a process that wait to be put back. *is_used_up* is as in `DueOrders`."""

    def __init__(self, database: Database, is_used_up: Callable[[str], bool]) -> None:
        self._database, self._is_used_up = database, is_used_up
        self._keys: set[OrderKey] = set()
        self._lock = threading.RLock()
        """A signal may put orders back while the main thread writes those before them."""

    def add(self, key: OrderKey) -> None:
        """Remember *key*. It costs no transaction, so that a flood of them costs none."""
        with self._lock:
            if len(self._keys) < MAX_PUT_BACK:
                self._keys.add(key)

    def flush(self) -> None:
        """Put back the orders whose accounts may have calls. Raises `StoreUnavailable`."""
        with self._lock:
            keys = {key for key in self._keys if not self._is_used_up(key.account)}
            self._keys -= keys
        for account in sorted({key.account for key in keys}):
            ids = [key.order_id for key in keys if key.account == account]
            its = (orders.c.account == account, orders.c.order_id.in_(ids), orders.c.enqueued_at.is_not(None))
            with self._database.read() as connection:
                rows = list(connection.execute(select(orders.c.id).where(*its)).scalars())
            if rows:
                self._forget_claims(rows)

    def _forget_claims(self, row_ids: Sequence[int]) -> None:
        # Others lock rows in another sequence. An order that is locked now is changed by its own reconciliation or by
        # a delivery; it is claimed again after some seconds by itself.
        free = select(orders.c.id).where(orders.c.id.in_(row_ids)).with_for_update(skip_locked=True)
        with self._database.write() as connection:
            locked = list(connection.execute(free).scalars())
            connection.execute(update(orders).where(orders.c.id.in_(locked)).values(enqueued_at=None))
