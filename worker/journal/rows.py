"""Between rows and values: an order and an event as they leave and enter their tables."""

from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
)

from worker.domain.events import Event, EventEnd, EventName, Recorded
from worker.domain.orders import Ending, Order, OrderKey, Place
from worker.domain.rates import BUDGET
from worker.journal.tables import events, holds, orders

_REMEMBERED = tuple(field.name for field in fields(Order) if field.name != "key")
_WRITTEN = tuple(name for name in _REMEMBERED if name not in {"revision", "seen_revision", "first_seen_at"})

_EVENTS = select(events).where(events.c.order == bindparam("its_row")).order_by(events.c.revision, events.c.id)

Instant = int | BindParameter[int]


def order_of(row: Row[Any]) -> Order:
    """Read an order from a row of `orders`."""
    found = row._mapping  # noqa: SLF001 - the public name of a row's mapping view
    values = {name: found[name] for name in _REMEMBERED}
    values["place"] = _place(values["place"])
    values["sending"] = _place(values["sending"])
    values["closed"] = _closed(values["closed"])
    return Order(key=OrderKey(found["account"], found["order_id"]), **values)


def columns_of(order: Order) -> dict[str, object]:
    """The columns that a turn writes back; never the revision, which counts the news alone."""
    return {name: getattr(order, name) for name in _WRITTEN}


def _place(word: str | None) -> Place | None:
    return None if word is None else Place(word)


def _closed(word: str | None) -> Ending | Place | None:
    if word is None:
        return None
    return Place.COMPLETED if word == Place.COMPLETED else Ending(word)


def events_of(connection: Connection, order_row: int, key: OrderKey) -> tuple[Recorded, ...]:
    """All events of one order, in the order in which they were written."""
    found = connection.execute(_EVENTS, {"its_row": order_row})
    return tuple(_recorded(row._mapping, key) for row in found)  # noqa: SLF001


def _recorded(row: RowMapping, key: OrderKey) -> Recorded:
    event = Event(
        source=row["source"],
        key=row["key"],
        order=key,
        name=EventName(row["name"]),
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        tracking=row["tracking"],
        tracking_url=row["tracking_url"],
        parcels=row["parcels"],
        note=row["note"],
    )
    return Recorded(row["id"], row["revision"], event, EventEnd(row["end"]))


def this(key: OrderKey) -> ColumnElement[bool]:
    """The row of one order."""
    return and_(orders.c.account == key.account, orders.c.order_id == key.order_id)


def is_reference() -> ColumnElement[bool]:
    """The order is still to be looked for: no id holds a colon."""
    return orders.c.order_id.contains(":")


def is_active(now: Instant) -> ColumnElement[bool]:
    """The hold counts at *now*."""
    return or_(holds.c.until.is_(None), holds.c.until > now)


def not_held(now: Instant) -> ColumnElement[bool]:
    """The order's account waits for nothing."""
    return orders.c.account.not_in(select(holds.c.account).where(is_active(now)))


def may_send(now: Instant) -> ColumnElement[bool]:
    """The order's turn may go on: its account waits for nothing but calls, and those that it makes it has already."""
    waits = and_(is_active(now), holds.c.reason != BUDGET)
    return orders.c.account.not_in(select(holds.c.account).where(waits))


def is_held(account: str, now: int) -> Select[bool]:
    """Ask whether *account* waits for anything."""
    return select(exists().where(holds.c.account == account, is_active(now)))


def is_awaited() -> ColumnElement[bool]:
    """The order has a due time, and is not stopped: the condition of the index on due orders."""
    return and_(orders.c.due.is_not(None), orders.c.stop.is_(None))


def is_due(now: Instant) -> ColumnElement[bool]:
    """The order may have a turn: due, not leased, not stopped, its account not held.

    News sets `due` and back-off moves it, so one range of one index finds an account's.
    """
    free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    return and_(orders.c.due <= now, orders.c.stop.is_(None), free, not_held(now))
