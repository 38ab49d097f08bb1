"""The port `OperatorStore` of `operations` in SQL: one transaction for each question and each act of an operator."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, update

from worker.domain.events import STAGE_OF, EventResult
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import AuditAction, StopReason
from worker.domain.snapshot import Snapshot
from worker.ports import Attached, Removed
from worker.store.audit import Entry, write_entries
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake.references import FoundBy, give_events, known_as, lock_reference, reopen_events
from worker.store.removals import remove_parcel
from worker.store.snapshots import active_holds, snapshot_of
from worker.store.tables import events, orders


class SqlOperatorStore:
    """The port `OperatorStore` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        with self._database.read() as connection:
            now = self._database.now(connection)
            row = connection.execute(select(orders).where(has_key(key))).first()
            if row is None:
                return None
            return snapshot_of(connection, row, active_holds(connection, now, key.account), now)

    def accounts_with(self, order_id: str) -> list[str]:
        query = select(orders.c.account).where(orders.c.order_id == order_id).order_by(orders.c.account)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def known_as(self, key: OrderKey) -> list[str]:
        with self._database.read() as connection:
            return known_as(connection, key.account, [key.reference] if key.reference else [])

    def make_due(self, key: OrderKey) -> bool:
        with self._database.write() as connection:
            order = update(orders).where(has_key(key), orders.c.stop.is_(None))
            return connection.execute(order.values(_due(self._database.now(connection)))).rowcount == 1

    def release(self, snapshot: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            order = update(orders).where(_has_stop(snapshot)).returning(orders.c.id)
            order_row = connection.execute(order.values(_released(snapshot, now))).scalar()
            if order_row is None:
                return False
            if snapshot.order.key.reference:
                reopen_events(connection, order_row)
            else:
                _reopen_stopped_events(connection, order_row, snapshot.order.revision)
            write_entries(connection, order_row, now, [Entry(AuditAction.RELEASED, f"{snapshot.row.stop}: {reason}")])
            return True

    def attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        with self._database.write() as connection:
            row_id = connection.execute(select(orders.c.id).where(_has_stop(snapshot))).scalar()
            if row_id is None:
                return Attached.OVERTAKEN
            lock_reference(connection, snapshot.order.key, row_id)
            # Another transaction may have changed the stop before the lock.
            order_row = connection.execute(select(orders.c.id).where(_has_stop(snapshot))).scalar()
            if order_row is None:
                return Attached.OVERTAKEN
            now = self._database.now(connection)
            return give_events(connection, order_row, snapshot.order.key, order_id, now, FoundBy("an operator", reason))

    def dismiss(self, snapshot: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            order = update(orders).where(_has_stop(snapshot)).returning(orders.c.id)
            order_row = connection.execute(order.values(_dismissed(now))).scalar()
            if order_row is None:
                return False
            write_entries(connection, order_row, now, [Entry(AuditAction.DISMISSED, f"{snapshot.row.stop}: {reason}")])
            return True

    def remove_parcel(self, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str) -> Removed:
        with self._database.write() as connection:
            now = self._database.now(connection)
            return remove_parcel(connection, snapshot, tracking, event_ids, reason, now)


def _has_stop(snapshot: Snapshot) -> ColumnElement[bool]:
    """The order still has the very stop that *snapshot* shows, or none if *snapshot* shows none."""
    row, stop = snapshot.row, snapshot.row.stop or None
    return and_(has_key(snapshot.order.key), orders.c.stop == stop, orders.c.stopped_at == row.stopped_at)


def _due(now: Instant) -> dict[str, Any]:
    """Return the columns of an order that is due now, whatever it waited for."""
    return {
        "due": now,
        "not_before": None,
        "enqueued_at": None,
        "waiting": "",
        "waiting_detail": "",
        "updated_at": now,
    }


_WITHOUT_FAILURES: dict[str, Any] = {
    "stop": None,
    "stop_detail": "",
    "stopped_at": None,
    "failing_since": None,
    "failures": 0,
    "conflicts": 0,
    "missing_since": None,
}
"""The columns of an order that has neither failures nor a stop."""


def _dismissed(now: Instant) -> dict[str, Any]:
    """Return the columns of a dismissed search. They neither shorten nor delay a later search."""
    return _due(now) | _WITHOUT_FAILURES | {"due": None}


def _released(snapshot: Snapshot, now: Instant) -> dict[str, Any]:
    """Return the columns of a released order."""
    values = _due(now) | _WITHOUT_FAILURES
    # The revision of the snapshot: the operator did not see later events, so they may stop the order again.
    values |= {"acknowledged": snapshot.order.revision, "behind_at": None}
    if snapshot.row.stop == StopReason.MOVED_BACK:
        # The next read sets the stage, whatever it shows, and `complete_after` counts from then.
        values |= {"stage": None, "delivered_at": None}
    return values


def _reopen_stopped_events(connection: Connection, order_row: int, revision: int) -> None:
    """Make the stopped events up to *revision* pending that name a stage. Alarms were acknowledged and stay stopped."""
    stopped = and_(
        events.c.order_row == order_row,
        events.c.result == EventResult.STOPPED.value,
        events.c.revision <= revision,
        events.c.name.in_([*STAGE_OF]),
    )
    pending = {"result": EventResult.PENDING.value, "result_at": None}
    connection.execute(update(events).where(stopped).values(pending))
