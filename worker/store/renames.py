"""Gives what is kept of a source to its new name, in parts. The caller opens a transaction for each part."""

from typing import Any, NamedTuple

from sqlalchemy import Case, Column, Connection, Row, Select, and_, case, exists, or_, select, update

from worker.domain.instants import Instant
from worker.domain.orders import REFERENCE_WORDS, OrderKey
from worker.domain.reasons import AuditAction
from worker.store.audit import Entry, write_entries
from worker.store.conditions import has_key
from worker.store.tables import events, orders

PART = 100
"""How many orders are renamed in one transaction."""


class Renaming(NamedTuple):
    """The restricted source *before* of *account* has the name *after* now. *reason* is a sentence for people."""

    account: str
    before: str
    after: str
    reason: str


def rename_some(connection: Connection, renaming: Renaming, beyond: int, now: Instant) -> tuple[int, int]:
    """Rename the source in its next orders and references, those with a row id over *beyond*.

    Returns how many were renamed, and the last row id that was looked at; 0 when there was none. Nothing else of an
    order changes, so none is made due: what the source has said counts as before. An event whose key the new name has
    used stays as it is. A reference stays that is being searched, or that the new name has given, too.
    """
    rows = connection.execute(_next(renaming, beyond, now)).all()
    renamed = [row for row in rows if _rename(connection, row, renaming, now)]
    return len(renamed), max((row.id for row in rows), default=0)


def _next(renaming: Renaming, beyond: int, now: Instant) -> Select[Any]:
    its_names = [
        orders.c.order_id.startswith(f"{kind}@{renaming.before}:", autoescape=True) for kind in REFERENCE_WORDS
    ]
    is_free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    is_its = or_(orders.c.carrier == renaming.before, and_(or_(*its_names), is_free))
    query = select(orders).where(orders.c.account == renaming.account, orders.c.id > beyond, is_its)
    return query.order_by(orders.c.id).limit(PART).with_for_update()


def _rename(connection: Connection, row: Row[Any], renaming: Renaming, now: Instant) -> bool:
    order_id = _new_id(connection, OrderKey(row.account, row.order_id), renaming)
    if order_id is None:
        return False
    columns = {name: _renamed(orders.c[name], renaming) for name in ("carrier", "carrier_by")}
    connection.execute(update(orders).where(orders.c.id == row.id).values(columns | {"order_id": order_id}))
    other = events.alias()
    is_used = exists().where(other.c.source == renaming.after, other.c.key == events.c.key)
    its_events = and_(events.c.order_row == row.id, events.c.source == renaming.before, events.c.restricted, ~is_used)
    values = {"source": renaming.after, "carrier": _renamed(events.c.carrier, renaming)}
    connection.execute(update(events).where(its_events).values(values))
    detail = f"to {renaming.after}, the new name of {renaming.before}: {renaming.reason}"
    write_entries(connection, row.id, now, [Entry(AuditAction.ASSIGNED, detail)])
    return True


def _renamed(column: Column[str], renaming: Renaming) -> Case[str]:
    return case((column == renaming.before, renaming.after), else_=column)


def _new_id(connection: Connection, key: OrderKey, renaming: Renaming) -> str | None:
    """Return the new id of the row with *key*; None if there is such a row already."""
    if key.reference is None or key.reference.source != renaming.before:
        return key.order_id
    new = key._replace(order_id=str(key.reference._replace(source=renaming.after)))
    is_taken = connection.execute(select(orders.c.id).where(has_key(new))).first()
    return None if is_taken else new.order_id
