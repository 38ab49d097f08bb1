"""Snapshots out of SQL: an order's row, with everything that happened to it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from worker.domain.orders import Place
from worker.domain.snapshot import Hold, News, OrderRow, Remark, Sent, Snapshot
from worker.journal.rows import events_of, is_active, order_of
from worker.journal.tables import events, holds, remarks, steps

Holds = dict[str, tuple[Hold, ...]]


def active_holds(connection: Connection, now: int, account: str | None = None) -> Holds:
    """The holds that count at *now*, by account: of all of them, or of one."""
    query = select(holds).where(is_active(now))
    if account is not None:
        query = query.where(holds.c.account == account)
    found: Holds = {}
    for row in connection.execute(query.order_by(holds.c.since)):
        hold = Hold(row.account, row.reason, row.since, row.until, row.detail)
        found[row.account] = (*found.get(row.account, ()), hold)
    return found


def order_row(row: Row[Any], held: Holds) -> OrderRow:
    """Read a row of `orders`, with the holds of its account."""
    return OrderRow(
        order=order_of(row),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        lease_until=row.lease_until,
        due=row.due,
        not_before=row.not_before,
        waiting=row.waiting,
        waiting_detail=row.waiting_detail,
        stop=row.stop or "",
        stop_detail=row.stop_detail,
        stopped_at=row.stopped_at,
        held=held.get(row.account, ()),
    )


def snapshot_of(connection: Connection, row: Row[Any], held: Holds, now: int) -> Snapshot:
    """Complete a row of `orders`: its news, the writes that were sent for it, and the remarks."""
    found = order_row(row, held)
    return Snapshot(
        now=now,
        row=found,
        news=tuple(_news(connection, row.id, found)),
        sent=tuple(_sent(connection, row.id)),
        remarks=tuple(_remarks(connection, row.id)),
    )


def _news(connection: Connection, row: int, found: OrderRow) -> Iterable[News]:
    key = found.order.key
    query = select(events.c.id, events.c.delivery, events.c.ended_at, events.c.reference).where(events.c.order == row)
    # As long as the order is not found, it is the row itself that says how the news names it.
    named = key.order_id if key.reference else ""
    brought = {e.id: (e.delivery, e.ended_at, e.reference or named) for e in connection.execute(query)}
    return (News(recorded, *brought[recorded.id]) for recorded in events_of(connection, row, key))


def _sent(connection: Connection, row: int) -> Iterable[Sent]:
    for step in connection.execute(select(steps).where(steps.c.order == row).order_by(steps.c.id)):
        yield Sent(
            place=Place(step.place),
            update=step._mapping["update"],  # noqa: SLF001 - the public name of a row's mapping view
            sent_at=step.sent_at,
            turn=step.turn,
            inferred=step.inferred,
            answered_at=step.answered_at,
            outcome=step.outcome,
            answer=step.answer,
        )


def _remarks(connection: Connection, row: int) -> Iterable[Remark]:
    for remark in connection.execute(select(remarks).where(remarks.c.order == row).order_by(remarks.c.id)):
        yield Remark(remark.at, remark.word, remark.detail)
