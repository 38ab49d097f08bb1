"""Plain reconciliations on SQLite: the driver runs the statements, in a transaction that reconciliations share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection

from worker.domain.events import EventResult
from worker.domain.instants import Duration, Instant
from worker.domain.orders import Order, OrderKey
from worker.domain.results import Result, Step
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update, WriteResult
from worker.store.database.database import Database
from worker.store.database.statement import Rows, Run, Statement, Values
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

T = TypeVar("T")


class PlainOnSqlite:
    """Leases, announces and finishes on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(self, key: OrderKey, lease_for: Duration) -> Plain[LeasedOrder | None]:
        lease = lease_values(key, lease_for)

        def work(run: Run, now: Instant) -> Plain[LeasedOrder | None]:
            if run(statements.IS_HELD, lease):
                return NOT_PLAIN
            rows = run(statements.SQLITE_LEASE, {**lease, "now": now})
            if not rows:
                return None
            its_row = {"its_row": rows[0][0]}
            events, requested = run(statements.SQLITE_EVENTS, its_row), run(statements.SQLITE_REQUESTED, its_row)
            return leased_order(key, lease, now, rows[0], events, requested)

        return self._transact(work)

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None
    ) -> Plain[AnnouncedWrite]:
        values = announcement_values(leased, step, update, lease_for) | answer_values(earlier)
        statement = statements.SQLITE_ANNOUNCE_NEXT if earlier else statements.SQLITE_ANNOUNCE

        def work(run: Run, now: Instant) -> Plain[AnnouncedWrite]:
            values["now"] = now
            if not run(statement, values):
                return NOT_PLAIN
            if earlier:
                run(statements.SQLITE_ANSWER, values)
            [(write_id,)] = run(statements.SQLITE_INSERT_WRITE, values)
            return announced_write(write_id, now, lease_for)

        return self._transact(work)

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
        values = end_values(leased, order, result) | answer_values(last_write) | columns_of(order)

        def work(run: Run, now: Instant) -> Plain[Finished]:
            values["now"] = now
            rows = run(statements.SQLITE_FINISH, values)
            if not rows:
                return NOT_PLAIN
            if last_write:
                run(statements.SQLITE_ANSWER, values)
            for event_id, its_result in event_results.items():
                run(statements.SQLITE_JUDGE, {"its_event": event_id, "result": its_result, "now": now})
            if values["closed_as"] is not None:
                run(statements.SQLITE_NOTE_CLOSED, values)
            return finished_as(leased, rows)

        return self._transact(work)

    def _transact(self, work: Callable[[Run, Instant], T]) -> T:
        def with_driver(connection: Connection, now: Instant) -> T:
            driver: Any = connection.connection.driver_connection

            def run(statement: Statement, values: Values) -> Rows:
                rows: Rows = driver.execute(statement.text, values).fetchall()
                return rows

            return work(run, now)

        return self._database.transact(with_driver)
