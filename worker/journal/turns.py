"""Turns in SQL: an order is leased, each write is announced before it is sent, one statement ends it.

Every statement that changes an order names the lease's token, so that a turn which has lost its
lease finds no row, and changes nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, UpdateBase

from worker.domain.events import EventEnd
from worker.domain.orders import Done, Held, Later, Order, OrderKey, Place, Step, Stopped, TurnEnd
from worker.journal import turn_statements as statements
from worker.journal.database import Database
from worker.journal.holds import end_over
from worker.journal.references import give, known_as, search_anew
from worker.journal.rows import columns_of, events_of, order_of
from worker.ports import Answer, Intent, Turn, Update


class SqlTurns:
    """The port `Turns` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, key: OrderKey, lease_for: int) -> Turn | None:
        this = {"its_account": key.account, "its_order_id": key.order_id}

        def lease(connection: Connection, now: int) -> Turn | None:
            end_over(connection, key.account, now)
            token, until = secrets.token_hex(8), now + lease_for
            owner = {"at": now, "lease_token": token, "lease_until": until}
            row = connection.execute(statements.LEASE, this | owner).first()
            if row is None:
                connection.execute(statements.FORGET_NUDGE, this | {"at": now})
                return None
            known, walked = events_of(connection, row.id, key), _walked(connection, row.id)
            return Turn(row.id, token, now, until, order_of(row), known, walked)

        return self._database.transact(lease)

    def intend(
        self, turn: Turn, step: Step, update: Update, lease_for: int, answer: Answer | None = None
    ) -> Intent | None:
        def announce(connection: Connection, now: int) -> Intent | None:
            sending = {"sending": step.place, "sent_at": now, "lease_until": now + lease_for}
            known = _known(answer.order) if answer else {}
            if not _change(connection, statements.ANNOUNCE, turn, now, known | sending):
                if answer and _change(connection, statements.REMEMBER, turn, now, known):
                    _note(connection, answer, now)
                return None
            if answer:
                _note(connection, answer, now)
            written = connection.execute(statements.STEP, _row(turn, step, update, now))
            return Intent(written.scalar_one(), now, now + lease_for)

        return self._database.transact(announce)

    def answered(self, turn: Turn, answer: Answer) -> bool:
        def remember(connection: Connection, now: int) -> bool:
            if not _change(connection, statements.REMEMBER, turn, now, _known(answer.order)):
                return False
            _note(connection, answer, now)
            return True

        return self._database.transact(remember)

    def known_as(self, key: OrderKey) -> Sequence[str]:
        with self._database.read() as connection:
            return known_as(connection, key.account, key.reference) if key.reference else []

    def attach(self, turn: Turn, order_id: str) -> bool | None:
        def found(connection: Connection, now: int) -> bool | None:
            owner = {"its_row": turn.row, "its_token": turn.token, "at": now}
            if connection.execute(statements.LOCK, owner).scalar() is None:
                return None
            return give(connection, turn.row, turn.order.key, order_id, now)

        return self._database.transact(found)

    def release(
        self, turn: Turn, order: Order, end: TurnEnd, ends: Mapping[int, EventEnd], answer: Answer | None = None
    ) -> bool | None:
        def free(connection: Connection, now: int) -> bool | None:
            values = _owner(turn, now) | _known(order) | _freed(turn, end, now)
            revision = connection.execute(statements.FREE, values).scalar()
            if revision is None:
                return None
            if answer:
                _note(connection, answer, now)
            has_news = bool(revision > turn.order.revision)
            if has_news and order.key.reference:
                search_anew(connection, order.key, now)
                return True
            _end_events(connection, ends, now)
            _remark(connection, turn, order, end, now)
            return has_news

        return self._database.transact(free)


def _owner(turn: Turn, now: int) -> dict[str, Any]:
    return {"its_row": turn.row, "its_token": turn.token, "its_revision": turn.order.revision, "at": now}


def _known(order: Order) -> dict[str, object]:
    """The columns of what is known of an order; a number that its search has found meanwhile stays."""
    return {name: value for name, value in columns_of(order).items() if value or name != "number"}


def _change(connection: Connection, statement: UpdateBase, turn: Turn, now: int, values: Mapping[str, object]) -> bool:
    return connection.execute(statement, {**values, **_owner(turn, now)}).rowcount == 1


def _walked(connection: Connection, row: int) -> dict[Place, int]:
    return {Place(place): revision for place, revision in connection.execute(statements.WALKED, {"its_row": row})}


def _row(turn: Turn, step: Step, update: Update, now: int) -> dict[str, object]:
    return {
        "order": turn.row,
        "turn": turn.token,
        "revision": turn.order.revision,
        "place": step.place,
        "inferred": step.inferred,
        "evidence_at": step.evidence_at,
        "update": dict(update),
        "sent_at": now,
    }


def _note(connection: Connection, answer: Answer, now: int) -> None:
    said = {"answered_at": now, "outcome": answer.outcome, "answer": str(answer.failure or "")}
    connection.execute(statements.ANSWER, said | {"its_step": answer.intent.id})


def _freed(turn: Turn, end: TurnEnd, now: int) -> dict[str, Any]:
    """The columns that free an order, and when it is due again, with news of the time of the turn and without."""
    due, not_before, waiting, detail = _wait(end, now)
    values: dict[str, Any] = {
        "lease_token": None,
        "lease_until": None,
        "nudged_at": None,
        "seen_revision": turn.order.revision,
        "due_with_news": now if not_before is None else max(now, not_before),
        "due_without": due,
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
        connection.execute(statements.END_EVENTS, {"its_events": ended, "end": end, "ended_at": now})


def _remark(connection: Connection, turn: Turn, order: Order, end: TurnEnd, now: int) -> None:
    said = []
    if order.closed is not None and order.closed != turn.order.closed:
        said.append({"word": "closed", "detail": str(order.closed)})
    if isinstance(end, Stopped):
        said.append({"word": "stopped", "detail": f"{end.reason}: {end.detail}"})
    if said:
        connection.execute(statements.REMARK, [{"order": turn.row, "at": now, **remark} for remark in said])
