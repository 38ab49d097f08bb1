"""Between rows and values: how orders and events leave and enter their tables, and the conditions on them."""

from dataclasses import fields
from typing import Any, TypeAlias

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

from worker.domain.events import Event, EventName, EventResult, RecordedEvent
from worker.domain.orders import Order, OrderKey
from worker.domain.reasons import HoldReason
from worker.domain.stages import Stage, TerminalStatus
from worker.store.tables import events, holds, orders

_READ = tuple(field.name for field in fields(Order) if field.name != "key")
_WRITTEN = tuple(name for name in _READ if name not in {"revision", "seen_revision"})

_EVENTS = select(events).where(events.c.order_row == bindparam("its_row")).order_by(events.c.revision, events.c.id)
"""All events of one order, in the order in which they were written."""

Now: TypeAlias = int | BindParameter[int]
"""An instant in microseconds, or the parameter that will hold it."""


def order_of(row: Row[Any]) -> Order:
    """Return the order in a row of `orders`."""
    columns = row._mapping  # noqa: SLF001 - the public name of a row's mapping view
    values = {name: columns[name] for name in _READ}
    values["stage"] = _stage(values["stage"])
    values["sending"] = _stage(values["sending"])
    values["closed"] = _closed(values["closed"])
    return Order(key=OrderKey(columns["account"], columns["order_id"]), **values)


def columns_of(order: Order) -> dict[str, object]:
    """Return the columns that a reconciliation writes: never the revision, which only events change."""
    return {name: getattr(order, name) for name in _WRITTEN}


def _stage(word: str | None) -> Stage | None:
    return None if word is None else Stage(word)


def _closed(word: str | None) -> TerminalStatus | Stage | None:
    if word is None:
        return None
    return Stage.COMPLETED if word == Stage.COMPLETED else TerminalStatus(word)


def events_of(connection: Connection, order_row: int, key: OrderKey) -> tuple[RecordedEvent, ...]:
    """Return all events of one order, in the order in which they were written."""
    rows = connection.execute(_EVENTS, {"its_row": order_row})
    return tuple(_recorded(row._mapping, key) for row in rows)  # noqa: SLF001 - see above


def _recorded(row: RowMapping, key: OrderKey) -> RecordedEvent:
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
    return RecordedEvent(row["id"], row["revision"], event, EventResult(row["result"]))


def this(key: OrderKey) -> ColumnElement[bool]:
    """The row of one order."""
    return and_(orders.c.account == key.account, orders.c.order_id == key.order_id)


def is_reference() -> ColumnElement[bool]:
    """The row is a reference: no id has a colon."""
    return orders.c.order_id.contains(":")


def is_active(now: Now) -> ColumnElement[bool]:
    """The hold has not expired at *now*."""
    return or_(holds.c.until.is_(None), holds.c.until > now)


def not_held(now: Now) -> ColumnElement[bool]:
    """The order's account has no active hold."""
    return orders.c.account.not_in(select(holds.c.account).where(is_active(now)))


def may_send(now: Now) -> ColumnElement[bool]:
    """The order's account has no active hold but `budget`: the calls of this reconciliation are reserved already."""
    waits = and_(is_active(now), holds.c.reason != HoldReason.BUDGET.value)
    return orders.c.account.not_in(select(holds.c.account).where(waits))


def is_held(account: str, now: int) -> Select[bool]:
    """Ask whether *account* has an active hold."""
    return select(exists().where(holds.c.account == account, is_active(now)))


def is_awaited() -> ColumnElement[bool]:
    """The order has a due time and is not stopped. This is the condition of the index on due orders."""
    return and_(orders.c.due.is_not(None), orders.c.stop.is_(None))


def is_due(now: Now) -> ColumnElement[bool]:
    """The order may be reconciled: due, not leased, not stopped, its account not held.

    Events set `due` and back-off moves it, so one range of one index finds the due orders of an account.
    """
    free = or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)
    return and_(orders.c.due <= now, orders.c.stop.is_(None), free, not_held(now))
