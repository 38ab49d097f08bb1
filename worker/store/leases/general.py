"""The port `OrderStore` in SQL: the way for every order, in transactions of several statements.

Every statement that changes a leased order names the token of its lease. So a reconciliation that has lost its lease
finds no row, and changes nothing.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, UpdateBase

from worker.domain.events import EventResult
from worker.domain.evidence.reuse import ClosedOrder
from worker.domain.instants import Duration, Instant
from worker.domain.orders import Order, OrderKey, Reference
from worker.domain.results import Result, Step
from worker.domain.stages import Stage
from worker.ports import AnnouncedWrite, Attached, Finished, LeasedOrder, Update, WriteResult
from worker.store.accounts.hold_rows import end_expired, is_expired
from worker.store.audit import write_entries
from worker.store.database.database import Database
from worker.store.intake.outcomes import again_if_overtaken
from worker.store.intake.references.attachment import FoundBy, give_events, lock_reference
from worker.store.intake.references.searches import carried_by_others, closed_among, known_as, restart_search
from worker.store.intake.references.waiting import wake
from worker.store.leases import statements
from worker.store.leases.clock_put_back import follow_the_clock, match_the_write
from worker.store.leases.columns import audit_entries, order_columns, schedule_columns, write_columns
from worker.store.rows import events_of, order_of


class _HoldExpired:
    """A lease was not tried, because the end of a hold comes first."""


class GeneralOrderStore:
    """The port `OrderStore` on one database, for every order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(self, key: OrderKey, lease_for: Duration) -> LeasedOrder | None:
        its_key = {"its_account": key.account, "its_order_id": key.order_id}

        def work(connection: Connection, now: Instant) -> LeasedOrder | None:
            token, until = secrets.token_hex(8), now + lease_for
            lease = {"at": now, "lease_token": token, "lease_until": until}
            row = connection.execute(statements.LEASE, its_key | lease).first()
            if row is None:
                connection.execute(statements.FORGET_ENQUEUED, its_key | {"at": now})
                return None
            events, requested = events_of(connection, row.id, key), _requested(connection, row.id)
            return LeasedOrder(row.id, token, now, until, order_of(row), events, requested)

        def look(connection: Connection, now: Instant) -> LeasedOrder | _HoldExpired | None:
            return _HoldExpired() if connection.scalar(is_expired(key.account, now)) else work(connection, now)

        leased = self._database.transact(look)
        if isinstance(leased, _HoldExpired):
            # In a transaction of its own: it locks orders that come before this one in the sequence of locks.
            self._database.transact(lambda connection, now: end_expired(connection, key.account, now))
            return self._database.transact(work)
        return leased

    def announce(
        self, leased: LeasedOrder, step: Step, update: Update, lease_for: Duration, earlier: WriteResult | None = None
    ) -> AnnouncedWrite | None:
        def work(connection: Connection, now: Instant) -> AnnouncedWrite | None:
            sending = {"sending": step.stage, "sent_at": now, "lease_until": now + lease_for}
            columns = follow_the_clock(order_columns(earlier.order), leased, now) if earlier else {}
            announced = _change(connection, statements.ANNOUNCE, leased, now, columns | sending)
            if earlier and (announced or _change(connection, statements.UPDATE_ORDER, leased, now, columns)):
                _record(connection, earlier, now)
                if not announced:
                    match_the_write(connection, leased, now)
            if not announced:
                return None
            columns = write_columns(leased, step, update, now)
            write_id = connection.execute(statements.INSERT_WRITE, columns).scalar_one()
            return AnnouncedWrite(write_id, now, now + lease_for)

        return self._database.transact(work)

    def record_answer(self, leased: LeasedOrder, result: WriteResult) -> bool:
        def work(connection: Connection, now: Instant) -> bool:
            columns = follow_the_clock(order_columns(result.order), leased, now)
            if not _change(connection, statements.UPDATE_ORDER, leased, now, columns):
                return False
            match_the_write(connection, leased, now)
            _record(connection, result, now)
            return True

        return self._database.transact(work)

    def known_as(self, account: str, references: Collection[Reference], source: str = "") -> Sequence[str]:
        with self._database.read() as connection:
            return known_as(connection, account, references, source)

    def closed_among(self, account: str, order_ids: Collection[str]) -> Sequence[ClosedOrder]:
        if not order_ids:
            return []
        with self._database.read() as connection:
            return closed_among(connection, account, order_ids)

    def carried_by_others(self, account: str, order_ids: Collection[str], source: str) -> Collection[str]:
        with self._database.read() as connection:
            return carried_by_others(connection, account, order_ids, source)

    def attach(self, leased: LeasedOrder, order_id: str, *, by_parcel: bool = False) -> Attached:
        def work(connection: Connection, now: Instant) -> Attached:
            lock_reference(connection, leased.order.key, leased.row_id)
            lease = {"its_row": leased.row_id, "its_token": leased.token, "at": now}
            if connection.execute(statements.LOCK, lease).scalar() is None:
                return Attached.OVERTAKEN
            found_by = FoundBy("a parcel") if by_parcel else None
            return give_events(connection, leased.row_id, leased.order.key, order_id, now, found_by)

        return again_if_overtaken(lambda: self._database.transact(work))

    def finish(
        self,
        leased: LeasedOrder,
        order: Order,
        result: Result,
        event_results: Mapping[int, EventResult],
        last_write: WriteResult | None = None,
    ) -> Finished:
        def work(connection: Connection, now: Instant) -> Finished:
            columns = follow_the_clock(order_columns(order) | schedule_columns(leased, result, now), leased, now)
            revision = connection.execute(statements.FINISH, columns | _its_lease(leased, now)).scalar()
            if revision is None:
                return Finished.LEASE_LOST
            match_the_write(connection, leased, now)
            if last_write:
                _record(connection, last_write, now)
            has_new_events = revision > leased.order.revision
            if has_new_events and order.key.reference:
                restart_search(connection, order.key, now)
                if _is_known(connection, leased):  # an event of the order has come in meanwhile
                    wake(connection, leased.row_id, now)
                return Finished.HAS_NEW_EVENTS
            _set_results(connection, event_results, now)
            write_entries(connection, leased.row_id, now, audit_entries(leased, order, result))
            return Finished.HAS_NEW_EVENTS if has_new_events else Finished.RESTS

        return self._database.transact(work)


def _is_known(connection: Connection, leased: LeasedOrder) -> bool:
    """Tell whether the database knows exactly one order by the leased reference, or by the parcels of its events."""
    parcels = (name for recorded in leased.events for name in recorded.event.parcel_names)
    reference = leased.order.key.reference
    names = {name for name in (reference, *parcels) if name}
    source = reference.source if reference else ""
    return len(known_as(connection, leased.order.key.account, names, source)) == 1


def _its_lease(leased: LeasedOrder, now: Instant) -> dict[str, Any]:
    """Return the parameters that choose a leased order."""
    return {
        "its_row": leased.row_id,
        "its_token": leased.token,
        "its_revision": leased.order.revision,
        "at": now,
    }


def _change(
    connection: Connection, statement: UpdateBase, leased: LeasedOrder, now: Instant, values: Mapping[str, object]
) -> bool:
    """Write *values* into the row of a leased order. Returns False when *statement* finds no row."""
    return connection.execute(statement, {**values, **_its_lease(leased, now)}).rowcount == 1


def _requested(connection: Connection, order_row: int) -> dict[Stage, int]:
    rows = connection.execute(statements.REQUESTED, {"its_row": order_row})
    return {Stage(stage): revision for stage, revision in rows}


def _record(connection: Connection, result: WriteResult, now: Instant) -> None:
    values = {"answered_at": now, "outcome": result.outcome, "answer": str(result.failure or "")}
    connection.execute(statements.UPDATE_WRITE, values | {"its_write": result.announced.id})


def _set_results(connection: Connection, results: Mapping[int, EventResult], now: Instant) -> None:
    """Write the results of events, by event id: one statement for each kind of result."""
    for result in set(results.values()):
        event_ids = [event_id for event_id, its_result in results.items() if its_result is result]
        connection.execute(statements.SET_RESULTS, {"its_events": event_ids, "result": result, "result_at": now})
