"""The statements about references, phrased once. Parameters that begin with `its_` say which rows are meant."""

from sqlalchemy import BigInteger, Text, bindparam, delete, func, not_, null, or_, select, update

from worker.domain.events import EventEnd
from worker.journal.rows import is_reference
from worker.journal.tables import NUMBERED, TRACKED, events, orders, remarks

_ENOUGH = 2
"""Orders known by one reference: more would make it no less ambiguous."""

_AT = bindparam("at", type_=BigInteger)
_ROW = bindparam("its_row", type_=BigInteger)
_VALUE = bindparam("its_value", type_=Text)
_KNOWN_AS = bindparam("known_as", type_=Text)
_HAS_ENDED = or_(orders.c.stop.is_not(None), orders.c.due.is_(None))
"""Of a reference: its search was stopped, or dismissed."""

_KNOWN = (
    select(orders.c.order_id).where(orders.c.account == bindparam("its_account"), not_(is_reference())).limit(_ENOUGH)
)
# The conditions of the partial indexes stand here word for word: no planner could tell otherwise that it may use them.
# And nothing asks for the ids in their order: a planner would walk through all of the account's.
KNOWN = {
    "number": _KNOWN.where(NUMBERED, orders.c.number == _VALUE),
    "tracking": _KNOWN.distinct()
    .join(events, events.c.order == orders.c.id)
    .where(TRACKED, events.c.tracking == _VALUE),
}
"""The ids of the orders known by a reference, by its kind."""

LIFT = (
    update(orders)
    .where(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
    .where(_HAS_ENDED)
    .values(due=_AT, updated_at=_AT, nudged_at=null(), not_before=null())
    .values(stop=null(), stop_detail="", stopped_at=null())
    .values(failing_since=null(), failures=0, conflicts=0, missing_since=null())
    .returning(orders.c.id)
)
"""Lets a search begin anew; no row when it has not ended."""

ENDED = (
    select(orders.c.id, orders.c.account, orders.c.order_id, orders.c.stop)
    .join(events, events.c.order == orders.c.id)
    .where(events.c.delivery == bindparam("its_delivery"), events.c.end == EventEnd.VOID.value)
    .where(is_reference(), _HAS_ENDED)
    .distinct()
)
"""The searches that ended without a use for what a delivery brought."""

WAKE = (
    update(events)
    .where(events.c.order == _ROW, events.c.end == EventEnd.VOID.value)
    .values(end=EventEnd.PENDING.value, ended_at=null())
)

COUNT = select(func.count()).where(events.c.order == _ROW)

GIVE = (
    update(events)
    .where(events.c.order == _ROW)
    .values(order=bindparam("to_row"), revision=bindparam("to_revision"), reference=_KNOWN_AS)
    .values(end=EventEnd.PENDING.value, ended_at=null())
)
"""Gives all events of a reference to an order, at the revision that they make."""

NAME = update(orders).where(orders.c.id == _ROW, orders.c.number == "").values(number=_KNOWN_AS)
"""Remembers the number by which an order was found, unless the platform has told one."""

FORGET_REMARKS = delete(remarks).where(remarks.c.order == _ROW)
FORGET = delete(orders).where(orders.c.id == _ROW)
