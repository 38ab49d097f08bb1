"""The statements that select what the judgement on an event needs: its key, its order, its carrier, its parcels."""

from sqlalchemy import bindparam, case, func, not_, or_, select, true

from worker.domain.events import EventName
from worker.domain.evidence.carriers import OF_A_PARCEL_UNDER_WAY
from worker.domain.tracking import parcel_form
from worker.store.conditions import counts
from worker.store.database.prepared import ResultRow
from worker.store.intake.arrivals import KnownParcels
from worker.store.tables import events, orders

KNOWN_EVENT = (
    select(
        events.c.id,
        events.c.delivery_id,
        events.c.order_row,
        events.c.name,
        events.c.tracking,
        events.c.reference,
        orders.c.account,
        orders.c.order_id,
    )
    .join(orders, orders.c.id == events.c.order_row)
    .where(events.c.source == bindparam("source"), events.c.key == bindparam("key"))
)
"""Selects the event of a source with a key, and its order."""

_OF_SOURCE = (
    select(func.count())
    .where(events.c.order_row == orders.c.id, events.c.source == bindparam("its_source"))
    .correlate(orders)
)
_ASSIGNED_AT = (
    select(func.max(events.c.occurred_at))
    .where(events.c.order_row == orders.c.id, events.c.carrier.not_in(["", events.c.source]))
    .correlate(orders)
)
_IS_UNDER_WAY = or_(*(events.c.name == name.value for name in sorted(OF_A_PARCEL_UNDER_WAY)))
KNOWN_CARRIER = select(
    orders.c.carrier,
    orders.c.carrier_by,
    _OF_SOURCE.where(not_(events.c.restricted), _IS_UNDER_WAY).scalar_subquery().label("reported"),
    _OF_SOURCE.where(events.c.restricted).scalar_subquery().label("restricted"),
    _ASSIGNED_AT.scalar_subquery().label("assigned_at"),
    orders.c.stop,
).where(orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id"))
"""Selects the carrier of an order, how often a source has reported a parcel of it before it was restricted, how many
events the order has of it since then, when the latest event happened that assigns the order, and its stop."""

KNOWN_ORDER = select(orders.c.id).where(
    orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id")
)
"""Selects the row id of an order; no row when the database does not have it."""

_ANNOUNCEMENT = (
    select(events.c.parcels, events.c.occurred_at, events.c.source, events.c.key)
    .join(orders, orders.c.id == events.c.order_row)
    .where(orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id"))
    .where(events.c.parcels.is_not(None), counts())
    .order_by(events.c.occurred_at.desc(), events.c.source.desc(), events.c.key.desc())
    .limit(1)
    .subquery()
)
_NUMBERS = (
    select(
        func.min(case((events.c.tracking_form != "", events.c.tracking_form))).label("first"),
        func.max(events.c.tracking_form).label("last"),
        func.max(case((events.c.name == EventName.DELIVERED.value, 1), else_=0)).label("is_any_delivered"),
    )
    .join(orders, orders.c.id == events.c.order_row)
    .where(orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id"))
    .where(events.c.name.startswith("shipment."), counts())
    .subquery()
)
KNOWN_PARCELS = select(_NUMBERS, _ANNOUNCEMENT).select_from(_NUMBERS.outerjoin(_ANNOUNCEMENT, true()))
"""Selects what `known_parcels` reads."""


def known_parcels(row: ResultRow) -> KnownParcels:
    """Return what a row of `KNOWN_PARCELS` says of the parcels of an order.

    It has the first and the last tracking number: two are enough to know that there are several parcels.
    """
    first, last, is_any_delivered, announced, at, source, key = row or (None,) * 7
    numbers = {parcel_form(form) for form in (first, last) if form} - {""}
    parcels = KnownParcels(numbers, is_any_delivered=bool(is_any_delivered))
    if announced is not None:
        parcels.announced, parcels.announced_at = announced, (at or 0, source or "", key or "")
    return parcels
