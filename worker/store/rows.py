"""Rows of orders and events as values of the domain, and the other way round."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, select

from worker.domain.events import Event, EventName, EventResult, RecordedEvent
from worker.domain.orders import Order, OrderKey
from worker.domain.stages import Stage, TerminalStatus
from worker.store.tables import events

_FIELDS = tuple(field.name for field in fields(Order) if field.name != "key")
_WRITTEN_FIELDS = tuple(name for name in _FIELDS if name not in {"revision", "seen_revision"})
"""The fields of `Order`, which are columns of the same name, and those that a reconciliation writes."""

_EVENTS = select(events).where(events.c.order_row == bindparam("its_row")).order_by(events.c.revision, events.c.id)
"""Selects all events of one order, the earliest written first."""


def order_of(row: Row[Any]) -> Order:
    """Return the order in a row of `orders`."""
    columns = row._mapping  # noqa: SLF001 - SQLAlchemy's public name of the mapping
    values = {name: columns[name] for name in _FIELDS}
    values["stage"] = _stage(values["stage"])
    values["sending"] = _stage(values["sending"])
    values["closed"] = _closed(values["closed"])
    return Order(key=OrderKey(columns["account"], columns["order_id"]), **values)


def columns_of(order: Order) -> dict[str, object]:
    """Return the columns of *order* that a reconciliation writes. Only events change its revision."""
    return {name: getattr(order, name) for name in _WRITTEN_FIELDS}


def _stage(word: str | None) -> Stage | None:
    return None if word is None else Stage(word)


def _closed(word: str | None) -> TerminalStatus | Stage | None:
    if word is None:
        return None
    return Stage.COMPLETED if word == Stage.COMPLETED else TerminalStatus(word)


def events_of(connection: Connection, order_row: int, key: OrderKey) -> tuple[RecordedEvent, ...]:
    """Return all events of the order *key*, whose row has the id *order_row*, the earliest written first."""
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
        shipment=row["shipment"],
    )
    return RecordedEvent(row["id"], row["revision"], event, EventResult(row["result"]))
