"""The operator's desk in SQL: one transaction for every look and every act."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from worker.domain.events import SAYS, EventEnd
from worker.domain.orders import OrderKey
from worker.domain.snapshot import DISMISSED, Snapshot
from worker.journal.database import Database
from worker.journal.references import give, known_as, wake
from worker.journal.rows import this
from worker.journal.snapshots import active_holds, snapshot_of
from worker.journal.tables import events, orders, remarks

MOVED_BACK = "moved_back"


class SqlDesk:
    """The port `Desk` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        with self._database.read() as connection:
            now = self._database.now(connection)
            row = connection.execute(select(orders).where(this(key))).first()
            if row is None:
                return None
            return snapshot_of(connection, row, active_holds(connection, now, key.account), now)

    def accounts_with(self, order_id: str) -> list[str]:
        query = select(orders.c.account).where(orders.c.order_id == order_id).order_by(orders.c.account)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def known_as(self, key: OrderKey) -> list[str]:
        with self._database.read() as connection:
            return known_as(connection, key.account, key.reference) if key.reference else []

    def hasten(self, key: OrderKey) -> bool:
        with self._database.write() as connection:
            soon = _soon(self._database.now(connection))
            return (
                connection.execute(update(orders).where(this(key), orders.c.stop.is_(None)).values(soon)).rowcount == 1
            )

    def release(self, seen: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            lifted = update(orders).where(_stopped_as(seen)).values(_released(seen, now)).returning(orders.c.id)
            order = connection.execute(lifted).scalar()
            if order is None:
                return False
            if seen.order.key.reference:
                wake(connection, order)
            else:
                _wake_events(connection, order, seen.order.revision)
            _remark(connection, order, now, "released", f"{seen.row.stop}: {reason}")
            return True

    def attach(self, seen: Snapshot, order_id: str, reason: str) -> bool | None:
        with self._database.write() as connection:
            row = connection.execute(select(orders.c.id).where(_stopped_as(seen)).with_for_update()).scalar()
            if row is None:
                return None
            return give(connection, row, seen.order.key, order_id, self._database.now(connection), reason)

    def dismiss(self, seen: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            put_away = update(orders).where(_stopped_as(seen)).values(_dismissed(now)).returning(orders.c.id)
            row = connection.execute(put_away).scalar()
            if row is None:
                return False
            _remark(connection, row, now, DISMISSED, f"{seen.row.stop}: {reason}")
            return True


def _stopped_as(seen: Snapshot) -> ColumnElement[bool]:
    """The order still has the very stop that was seen."""
    row = seen.row
    return and_(this(seen.order.key), orders.c.stop == row.stop, orders.c.stopped_at == row.stopped_at)


def _remark(connection: Connection, order: int, now: int, word: str, detail: str) -> None:
    connection.execute(insert(remarks).values(order=order, at=now, word=word, detail=detail))


def _soon(now: int) -> dict[str, Any]:
    return {"due": now, "not_before": None, "nudged_at": None, "waiting": "", "waiting_detail": "", "updated_at": now}


_AS_NEW: dict[str, Any] = {
    "stop": None,
    "stop_detail": "",
    "stopped_at": None,
    "failing_since": None,
    "failures": 0,
    "conflicts": 0,
    "missing_since": None,
}
"""The columns of an order that never failed and was never stopped."""


def _dismissed(now: int) -> dict[str, Any]:
    """The columns of a search that rests: newer news finds nothing of it that would shorten or delay its own."""
    return _soon(now) | _AS_NEW | {"due": None}


def _released(seen: Snapshot, now: int) -> dict[str, Any]:
    values = _soon(now) | _AS_NEW
    # Not the row's own revision: what came in after the look was not seen, and may stop it again.
    values |= {"acknowledged": seen.order.revision, "behind_at": None}
    if seen.row.stop == MOVED_BACK:
        # The next read is believed, whatever it shows, and completion counts from then.
        values |= {"place": None, "delivered_at": None}
    return values


def _wake_events(connection: Connection, order: int, revision: int) -> None:
    """Events that speak for a place wait for it again; alarms stay as they ended: they were acknowledged."""
    stopped = and_(events.c.order == order, events.c.end == EventEnd.STOPPED.value, events.c.revision <= revision)
    pending = {"end": EventEnd.PENDING.value, "ended_at": None}
    connection.execute(update(events).where(stopped, events.c.name.in_([*SAYS])).values(pending))
