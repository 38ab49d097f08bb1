"""Rows of orders and events as values of the domain, and the other way round."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from worker.domain.events import Event, EventName, EventResult, RecordedEvent
from worker.domain.lanes import lane_of
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import Hold
from worker.domain.stages import Stage, TerminalStatus
from worker.store.tables import events

ORDER_FIELDS = tuple(field.name for field in fields(Order) if field.name != "key")
"""The fields of `Order`, which are columns of the same name."""
_OF_OTHERS = {"revision", "seen_revision", "closed_by_operator", "carrier", "carrier_by"}
WRITTEN_FIELDS = tuple(name for name in ORDER_FIELDS if name not in _OF_OTHERS)
"""Those of them that a reconciliation writes."""
_written = attrgetter(*WRITTEN_FIELDS)
EVENT_COLUMNS = (
    *("id", "revision", "result", "source", "key", "name", "occurred_at", "received_at", "tracking", "tracking_url"),
    *("parcels", "note", "shipment", "restricted", "carrier", "delivery_id"),
)
"""The columns of an event that a reconciliation reads."""

_EVENTS = (
    select(*(events.c[name] for name in EVENT_COLUMNS))
    .where(events.c.order_row == bindparam("its_row"))
    .order_by(events.c.revision, events.c.id)
)
"""Selects all events of one order, the earliest written first."""


def order_of(row: Row[Any]) -> Order:
    """Return the order in a row of `orders`."""
    columns = row._mapping  # noqa: SLF001 - SQLAlchemy's public name of the mapping
    return order_from(OrderKey(columns["account"], columns["order_id"]), [columns[name] for name in ORDER_FIELDS])


def order_from(key: OrderKey, columns: Sequence[Any]) -> Order:
    """Return the order *key* with the columns `ORDER_FIELDS`."""
    values = dict(zip(ORDER_FIELDS, columns, strict=True))
    values["stage"] = _stage(values["stage"])
    values["sending"] = _stage(values["sending"])
    values["closed"] = _closed(values["closed"])
    values["unread"] = bool(values["unread"])
    return Order(key, **values)


def columns_of(order: Order) -> dict[str, object]:
    """Return the columns of *order* that a reconciliation writes. Only events change its revision."""
    return {**dict(zip(WRITTEN_FIELDS, _written(order), strict=True)), "lane": int(lane_of(order))}


def hold_of(row: Row[Any]) -> Hold:
    """Return the hold in a row of `holds`."""
    return Hold(row.account, row.reason, row.since, row.until, row.detail, row.next_probe, row.probes)


def _stage(word: str | None) -> Stage | None:
    return None if word is None else Stage(word)


def _closed(word: str | None) -> TerminalStatus | Stage | None:
    if word is None:
        return None
    return Stage.COMPLETED if word == Stage.COMPLETED else TerminalStatus(word)


def events_of(connection: Connection, order_row: int, key: OrderKey) -> tuple[RecordedEvent, ...]:
    """Return all events of the order *key*, whose row has the id *order_row*, the earliest written first."""
    rows = connection.execute(_EVENTS, {"its_row": order_row})
    return tuple(recorded_from(key, row) for row in rows)


def recorded_from(key: OrderKey, columns: Sequence[Any]) -> RecordedEvent:
    """Return the event of the order *key* with the columns `EVENT_COLUMNS`."""
    event_id, revision, result, source, its_key, name, occurred_at, received_at, *others = columns
    tracking, tracking_url, parcels, note, shipment, restricted, carrier, delivery_id = others
    event = Event(
        source=source,
        key=its_key,
        order=key,
        name=EventName(name),
        occurred_at=occurred_at,
        received_at=received_at,
        tracking=tracking,
        tracking_url=tracking_url,
        parcels=parcels,
        note=note,
        shipment=shipment,
        restricted=bool(restricted),
        carrier=carrier,
    )
    return RecordedEvent(event_id, revision, event, EventResult(result), delivery_id)
