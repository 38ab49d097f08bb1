"""The statements about references. Parameters that begin with `its_` choose the rows; the others are values."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Select, Text, and_, bindparam, delete, func, not_, null, or_, select, update

from worker.domain.events import EventResult
from worker.domain.orders import ReferenceKind
from worker.store.conditions import counts, is_reference
from worker.store.tables import HAS_SHIPMENT, NUMBERED, TRACKED, audit_log, events, orders

MOST = 20
"""So many orders with one reference are looked at. Two prove that it is ambiguous, but some may have ended long ago."""

_AT = bindparam("at", type_=BigInteger)
_ROW = bindparam("its_row", type_=BigInteger)
_VALUES = bindparam("its_values", type_=Text, expanding=True)
_HAS_ENDED = or_(orders.c.stop.is_not(None), orders.c.due.is_(None), orders.c.closed_by_operator > 0)
"""The search for a reference has stopped, or an operator has closed it."""

_SOURCE = bindparam("its_source", type_=Text)
_MAY_KNOW = or_(
    and_(_SOURCE == "", counts()), and_(_SOURCE != "", or_(not_(events.c.restricted), events.c.source == _SOURCE))
)
"""The one who asks may know the parcel of the event: a restricted source, whose name it is, knows its own parcels and
those that unrestricted sources have named; all others know those that count."""

_KNOWN = select(orders.c.order_id).where(orders.c.account == bindparam("its_account"), not_(is_reference())).limit(MOST)
# The planner uses a partial index only if its condition stands here word for word. An ORDER BY would make it scan
# all orders of the account.
_OF_EVENTS = _KNOWN.distinct().join(events, events.c.order_row == orders.c.id)
KNOWN_AS: dict[ReferenceKind, Select[str]] = {
    "number": _KNOWN.where(NUMBERED, orders.c.number.in_(_VALUES)),
    "tracking": _OF_EVENTS.where(TRACKED, events.c.tracking_form.in_(_VALUES), _MAY_KNOW),
    "shipment": _OF_EVENTS.where(HAS_SHIPMENT, events.c.shipment.in_(_VALUES), _MAY_KNOW),
}
"""Select the ids of the orders with one of some references, at most `MOST`; by the kind of the references."""

CLOSED_AMONG = select(orders).where(
    orders.c.account == bindparam("its_account"),
    orders.c.order_id.in_(bindparam("its_order_ids", expanding=True)),
    orders.c.closed.is_not(None),
)
"""Selects those of some orders that are closed."""

CARRIED_BY_OTHERS = select(orders.c.order_id).where(
    orders.c.account == bindparam("its_account"),
    orders.c.order_id.in_(bindparam("its_order_ids", expanding=True)),
    orders.c.carrier.not_in(["", bindparam("its_source", type_=Text)]),
)
"""Selects the ids of those of some orders that another source than one carries."""

RESTARTED: Mapping[str, object] = {
    "due": _AT,
    "not_before": null(),
    "enqueued_at": null(),
    "updated_at": _AT,
    "stop": null(),
    "stop_detail": "",
    "stopped_at": null(),
    "failing_since": null(),
    "failures": 0,
    "conflicts": 0,
    "missing_since": null(),
    "closed_by_operator": 0,
}
"""The columns of a search that begins anew, and is due at once."""

RESTART_SEARCH = (
    update(orders)
    .where(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
    .where(_HAS_ENDED)
    .values(RESTARTED)
    .returning(orders.c.id)
)
"""Makes a stopped or closed search due again; no row when it has not ended."""

ENDED_SEARCHES = (
    select(orders.c.id, orders.c.account, orders.c.order_id, orders.c.stop)
    .join(events, events.c.order_row == orders.c.id)
    .where(events.c.delivery_id == bindparam("its_delivery"), events.c.result == EventResult.VOID.value)
    .where(is_reference(), _HAS_ENDED)
    .distinct()
)
"""Selects the references of a delivery's events whose search has ended without an order."""

REOPEN_EVENTS = (
    update(events)
    .where(events.c.order_row == _ROW, events.c.result == EventResult.VOID.value)
    .values(result=EventResult.PENDING.value, result_at=null())
)
"""Makes the void events of a reference pending."""

COUNT_EVENTS = select(func.count()).where(events.c.order_row == _ROW)
"""Counts the events of a reference."""

MOVE_EVENTS = (
    update(events)
    .where(events.c.order_row == _ROW)
    .values(
        order_row=bindparam("to_row"), revision=bindparam("to_revision"), reference=bindparam("named_by", type_=Text)
    )
    .values(searched_in="")
    .values(result=EventResult.PENDING.value, result_at=null())
)
"""Moves all events of a reference to an order, and makes them pending at the order's new revision."""

SET_NUMBER = (
    update(orders).where(orders.c.id == _ROW, orders.c.number == "").values(number=bindparam("found_by", type_=Text))
)
"""Records the number by which an order was found, unless the platform has shown one."""

DELETE_AUDIT_LOG = delete(audit_log).where(audit_log.c.order_row == _ROW)
"""Deletes the audit log of a reference."""

DELETE_REFERENCE = delete(orders).where(orders.c.id == _ROW)
"""Deletes the row of a reference."""
