"""Plain reconciliations on PostgreSQL: each transaction is one statement."""

from collections.abc import Mapping

from worker.domain.events import EventResult
from worker.domain.instants import Duration
from worker.domain.orders import Order, OrderKey
from worker.domain.results import Result, Step
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update, WriteResult
from worker.store.database.database import Database
from worker.store.database.statement import Rows, Statement, Values
from worker.store.leases import plain_statements as statements
from worker.store.leases.plain.values import (
    NOT_PLAIN,
    Plain,
    announced_write,
    announcement_values,
    answer_values,
    end_values,
    ends_plainly,
    finished_as,
    lease_values,
    leased_order,
)
from worker.store.rows import columns_of


class PlainOnPostgresql:
    """Leases, announces and finishes on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(self, key: OrderKey, lease_for: Duration) -> Plain[LeasedOrder | None]:
        lease = lease_values(key, lease_for)
        [(now, is_held, leased, events, requested, *row)] = self._run(statements.LEASE, lease)
        is_due = row[0] is not None
        if is_held or (is_due and leased is None):
            return NOT_PLAIN
        return leased_order(key, lease, now, row, events or [], (requested or {}).items()) if is_due else None

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None
    ) -> Plain[AnnouncedWrite]:
        values = announcement_values(leased, step, update, lease_for) | answer_values(earlier)
        rows = self._run(statements.ANNOUNCE_NEXT if earlier else statements.ANNOUNCE, values)
        if not rows:
            return NOT_PLAIN
        [(write_id, now)] = rows
        return announced_write(write_id, now, lease_for)

    def finish(
        self,
        leased: LeasedOrder,
        order: Order,
        result: Result,
        event_results: Mapping[int, EventResult],
        last_write: WriteResult | None,
    ) -> Plain[Finished]:
        if not ends_plainly(order, result):
            return NOT_PLAIN
        judged = {"event_ids": [*event_results], "results": [str(result) for result in event_results.values()]}
        values = end_values(leased, order, result) | answer_values(last_write) | columns_of(order) | judged
        rows = self._run(statements.FINISH, values)
        return finished_as(leased, rows)

    def _run(self, statement: Statement, values: Values) -> Rows:
        with self._database.statements() as run:
            return run(statement, {**values, "now": self._database.known_now()})
