"""Turns in SQL: an order is leased, each write is announced before it is sent, one statement ends it.

Every statement that changes an order names the lease's token, so that a turn which has lost its
lease finds no row, and changes nothing.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, not_, select, update

from worker.domain.errors import ApiError
from worker.domain.events import EventEnd
from worker.domain.orders import Done, Held, Later, Order, OrderKey, Place, Step, Stopped, TurnEnd
from worker.journal.database import Database
from worker.journal.holds import end_over
from worker.journal.rows import columns_of, events_of, is_due, not_held, order_of, this
from worker.journal.tables import events, orders, remarks, steps
from worker.ports import Intent, Turn, Update


class SqlTurns:
    """The port `Turns` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, key: OrderKey, lease_for: int) -> Turn | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            end_over(connection, key.account, now)
            token, until = secrets.token_hex(8), now + lease_for
            lease = update(orders).where(this(key), is_due(now)).values(lease_token=token, lease_until=until)
            row = connection.execute(lease.returning(orders)).first()
            if row is None:
                _forget_nudge(connection, key, now)
                return None
            known, walked = events_of(connection, row.id, key), _walked(connection, row.id)
            return Turn(row.id, token, now, until, order_of(row), known, walked)

    def intend(self, turn: Turn, step: Step, update: Update, lease_for: int) -> Intent | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            still = and_(_owned(turn, now), orders.c.revision == turn.order.revision, not_held(now))
            sending = {"sending": step.place, "sent_at": now, "lease_until": now + lease_for}
            if not _change(connection, still, sending):
                return None
            written = insert(steps).values(
                order=turn.row,
                turn=turn.token,
                revision=turn.order.revision,
                place=step.place,
                inferred=step.inferred,
                evidence_at=step.evidence_at,
                update=dict(update),
                sent_at=now,
            )
            step_row = connection.execute(written.returning(steps.c.id)).scalar_one()
            return Intent(step_row, now, now + lease_for)

    def answered(self, turn: Turn, intent: Intent, order: Order, outcome: str, failure: ApiError | None) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            if not _change(connection, _owned(turn, now), columns_of(order)):
                return False
            answer = {"answered_at": now, "outcome": outcome, "answer": str(failure or "")}
            connection.execute(update(steps).where(steps.c.id == intent.id).values(answer))
            return True

    def release(self, turn: Turn, order: Order, end: TurnEnd, ends: Mapping[int, EventEnd]) -> bool | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            changes = columns_of(order) | _released(turn, end, now)
            freed = update(orders).where(_owned(turn, now)).values(changes).returning(orders.c.revision)
            revision = connection.execute(freed).scalar()
            if revision is None:
                return None
            _end_events(connection, ends, now)
            _remark(connection, turn, order, end, now)
            return bool(revision > turn.order.revision)


def _owned(turn: Turn, now: int) -> ColumnElement[bool]:
    return and_(orders.c.id == turn.row, orders.c.lease_token == turn.token, orders.c.lease_until > now)


def _change(connection: Connection, where: ColumnElement[bool], values: Mapping[str, object]) -> bool:
    return connection.execute(update(orders).where(where).values(values)).rowcount == 1


def _forget_nudge(connection: Connection, key: OrderKey, now: int) -> None:
    """Let a tick nudge the order again as soon as its account's hold is over: the nudge that met it is used up."""
    met_a_hold = and_(this(key), orders.c.nudged_at.is_not(None), not_(not_held(now)))
    connection.execute(update(orders).where(met_a_hold).values(nudged_at=None))


def _walked(connection: Connection, row: int) -> dict[Place, int]:
    taken = and_(steps.c.order == row, steps.c.outcome.not_in(["not_sent", "failed"]))
    asked = select(steps.c.place, func.max(steps.c.revision)).where(taken)
    return {Place(place): revision for place, revision in connection.execute(asked.group_by(steps.c.place))}


def _released(turn: Turn, end: TurnEnd, now: int) -> dict[str, Any]:
    """The columns that free an order. News that came in during the turn keeps it due, in the same statement."""
    due, not_before, waiting, detail = _wait(end, now)
    with_news = now if not_before is None else max(now, not_before)
    values: dict[str, Any] = {
        "lease_token": None,
        "lease_until": None,
        "nudged_at": None,
        "seen_revision": turn.order.revision,
        "due": case((orders.c.revision > turn.order.revision, with_news), else_=due),
        "not_before": not_before,
        "waiting": waiting,
        "waiting_detail": detail,
        "updated_at": now,
    }
    if isinstance(end, Stopped):
        values |= {"stop": end.reason, "stop_detail": end.detail, "stopped_at": now}
    return values


def _wait(end: TurnEnd, now: int) -> tuple[int | None, int | None, str, str]:
    match end:
        case Later():
            return end.due, end.due if end.firm else None, end.reason, end.detail
        case Held():
            return now, None, end.reason, ""
        case Done() | Stopped():
            return None, None, "", ""


def _end_events(connection: Connection, ends: Mapping[int, EventEnd], now: int) -> None:
    for end in set(ends.values()):
        ended = [event_id for event_id, chosen in ends.items() if chosen is end]
        connection.execute(update(events).where(events.c.id.in_(ended)).values(end=end, ended_at=now))


def _remark(connection: Connection, turn: Turn, order: Order, end: TurnEnd, now: int) -> None:
    said = []
    if order.closed is not None and order.closed != turn.order.closed:
        said.append({"word": "closed", "detail": str(order.closed)})
    if isinstance(end, Stopped):
        said.append({"word": "stopped", "detail": f"{end.reason}: {end.detail}"})
    if said:
        connection.execute(insert(remarks), [{"order": turn.row, "at": now, **remark} for remark in said])
