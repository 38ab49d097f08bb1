"""The port `OrderStore` in SQL.

What is plain takes the way of few statements; the general way decides everything else, by the same rules.
"""

from collections.abc import Mapping

from worker.domain.events import EventResult
from worker.domain.instants import Duration
from worker.domain.orders import Order, OrderKey
from worker.domain.results import Result, Step
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update, WriteResult
from worker.store.database.database import Database
from worker.store.leases.general import GeneralOrderStore
from worker.store.leases.plain.postgresql import PlainOnPostgresql
from worker.store.leases.plain.sqlite import PlainOnSqlite
from worker.store.leases.plain.values import NOT_PLAIN


class SqlOrderStore(GeneralOrderStore):
    """The port `OrderStore` on one database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._plain = (PlainOnSqlite if database.is_sqlite else PlainOnPostgresql)(database)

    def lease(self, key: OrderKey, lease_for: Duration) -> LeasedOrder | None:
        leased = self._plain.lease(key, lease_for)
        return super().lease(key, lease_for) if leased is NOT_PLAIN else leased

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None = None
    ) -> AnnouncedWrite | None:
        announced = self._plain.announce(leased, step, update, lease_for, earlier)
        return super().announce(leased, step, update, lease_for, earlier) if announced is NOT_PLAIN else announced

    def finish(
        self,
        leased: LeasedOrder,
        order: Order,
        result: Result,
        event_results: Mapping[int, EventResult],
        last_write: WriteResult | None = None,
    ) -> Finished:
        finished = self._plain.finish(leased, order, result, event_results, last_write)
        if finished is NOT_PLAIN:
            return super().finish(leased, order, result, event_results, last_write)
        return finished
