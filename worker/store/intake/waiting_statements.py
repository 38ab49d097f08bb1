"""The statements about references that wait for a parcel. Parameters that begin with `its_` choose the rows."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from worker.domain.reasons import StopReason
from worker.store.conditions import is_reference
from worker.store.database.prepared import Prepared
from worker.store.intake.reference_statements import RESTARTED
from worker.store.tables import AWAITS_SHIPMENT, AWAITS_TRACKING, events, orders

_MAX_ROWS = 1000
"""How many rows are looked at. Names that more references have are no parcels' names."""

_ACCOUNT = bindparam("its_account", type_=Text)
_OF_ACCOUNT = orders.c.account == _ACCOUNT
_THIS = and_(_OF_ACCOUNT, orders.c.order_id == bindparam("its_order_id", type_=Text))
_WAITS = or_(
    and_(orders.c.stop.is_(None), orders.c.due.is_not(None)),
    orders.c.stop == StopReason.UNKNOWN_ORDER.value,
    orders.c.stop == StopReason.GAVE_UP.value,
)
"""The search goes on, or has stopped because no order was found."""

_ONE: ColumnElement[int] = literal_column("1")
_ONE_NAME = bindparam("its_name", type_=Text)
_IS_AWAITED = {
    "tracking": select(_ONE).select_from(events).where(AWAITS_TRACKING, events.c.tracking == _ONE_NAME).limit(1),
    "shipment": select(_ONE).select_from(events).where(AWAITS_SHIPMENT, events.c.shipment == _ONE_NAME).limit(1),
}


@cache
def is_awaited(dialect: str, kind: str) -> Prepared:
    """Return the statement that tells whether a reference of any account may wait for one name of this kind.

    It returns no row if none does. It is a part of nearly every request, so it only looks into an index that has only
    the events of references, and PostgreSQL plans it in no time.
    """
    return Prepared(dialect, _IS_AWAITED[kind])


def _names(name: str) -> BindParameter[Sequence[str]]:
    return bindparam(name, type_=Text, expanding=True)


WAITING_ROWS = union_all(
    select(events.c.order_row).distinct().where(AWAITS_TRACKING, events.c.tracking.in_(_names("its_tracking"))),
    select(events.c.order_row).distinct().where(AWAITS_SHIPMENT, events.c.shipment.in_(_names("its_shipment"))),
).limit(_MAX_ROWS)
"""Selects the rows of the references that have an event with one of some names."""

WAITING = select(orders.c.order_id).where(
    orders.c.id.in_(bindparam("its_rows", type_=BigInteger, expanding=True)), _OF_ACCOUNT, is_reference(), _WAITS
)
"""Selects those of some rows that are references of an account and wait."""

PARCELS_OF = select(events.c.tracking, events.c.shipment).where(events.c.order_row == bindparam("its_row")).distinct()
"""Selects the names of the parcels in the events of a row."""

LOCK = select(orders.c.id).where(_THIS).with_for_update()
"""Locks a reference; no row when its order was just found."""

LOCK_IF_FREE = select(orders.c.id).where(_THIS).with_for_update(skip_locked=True)
"""Locks a reference; no row when another transaction has locked it."""

WAKE = (
    update(orders)
    .where(orders.c.id == bindparam("its_row", type_=BigInteger), _WAITS)
    .values(RESTARTED)
    .values(revision=orders.c.revision + 1)
    .returning(orders.c.id)
)
"""Makes a reference that waits due at once, and begins its search anew; no row when it does not wait any more."""
