"""The statements about references that wait for a parcel. Parameters that begin with `its_` choose the rows."""

from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from worker.domain.orders import ReferenceKind
from worker.domain.reasons import StopReason
from worker.store.conditions import is_reference
from worker.store.database.prepared import Lookup, Prepared
from worker.store.intake.references.statements import RESTARTED
from worker.store.tables import AWAITS_SHIPMENT, AWAITS_TRACKING, events, orders

_MAX_ROWS = 1000
"""How many rows of an account are looked at. Names that more references have are no parcels' names."""

_ACCOUNT = bindparam("its_account", type_=Text)
_OF_ACCOUNT = orders.c.account == _ACCOUNT
_THIS = and_(_OF_ACCOUNT, orders.c.order_id == bindparam("its_order_id", type_=Text))
_WAITS = or_(
    and_(orders.c.stop.is_(None), orders.c.due.is_not(None)),
    orders.c.stop == StopReason.UNKNOWN_ORDER.value,
    orders.c.stop == StopReason.NUMBER_REUSED.value,
    orders.c.stop == StopReason.GAVE_UP.value,
)
"""The search goes on, or has stopped because no order was found."""

_SEARCHED = events.c.searched_in == _ACCOUNT
_CONDITIONS = {"tracking": AWAITS_TRACKING, "shipment": AWAITS_SHIPMENT}
_COLUMNS = {"tracking": events.c.tracking_form, "shipment": events.c.shipment}
"""The columns in which names of each kind compare."""
_ONE: ColumnElement[int] = literal_column("1")


@cache
def is_awaited(dialect: str, kind: ReferenceKind) -> Lookup:
    """Return the statement that tells whether a reference of an account may wait for one name of this kind.

    It returns no row if none does. It is a part of nearly every request, so it only looks into an index that has only
    the events of references, and PostgreSQL plans it in no time.
    """
    is_it = _COLUMNS[kind] == bindparam("its_name", type_=Text)
    selected = select(_ONE).select_from(events).where(_CONDITIONS[kind], _SEARCHED, is_it)
    return Lookup(dialect, selected, {"its_account": "text", "its_name": "text"})


def _rows_with(kind: ReferenceKind) -> Select[int, str, str]:
    names = bindparam(f"its_{kind}", type_=Text, expanding=True)
    columns = (events.c.order_row, literal(kind).label("kind"), _COLUMNS[kind].label("name"))
    return select(*columns).distinct().where(_CONDITIONS[kind], _SEARCHED, _COLUMNS[kind].in_(names))


WAITING_ROWS = union_all(_rows_with("tracking"), _rows_with("shipment")).limit(_MAX_ROWS)
"""Selects the rows of the references of an account that have an event with one of some names, in the form in which
names compare, and the name's kind."""


@cache
def waiting(dialect: str) -> Lookup:
    """Return the statement that selects the text of the reference in a row; no row if it does not wait."""
    its_row = orders.c.id == bindparam("its_row", type_=BigInteger)
    return Lookup(dialect, select(orders.c.order_id).where(its_row, is_reference(), _WAITS), {"its_row": "bigint"})


PARCELS_OF = select(*_COLUMNS.values()).where(events.c.order_row == bindparam("its_row")).distinct()
"""Selects the names of the parcels in the events of a row, in the form in which names compare."""

LOCK = select(orders.c.id).where(_THIS).with_for_update()
"""Locks a reference; no row when its order was just found."""

LOCK_IF_FREE = select(orders.c.id).where(_THIS).with_for_update(skip_locked=True)
"""Locks a reference; no row when another transaction has locked it."""

_WAKE = update(orders).where(_WAITS).values(RESTARTED).values(revision=orders.c.revision + 1).returning(orders.c.id)
WAKE = _WAKE.where(orders.c.id == bindparam("its_row", type_=BigInteger))
"""Makes a reference that waits due at once, and begins its search anew; no row when it does not wait any more."""


@cache
def wake_by_key(dialect: str) -> Prepared:
    """Return the statement that does what `WAKE` does, for a reference with a key."""
    return Prepared(dialect, _WAKE.where(_THIS))
