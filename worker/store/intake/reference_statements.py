"""The statements about references. Parameters that begin with `its_` choose the rows; the others are values."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Select, Text, bindparam, delete, func, not_, null, or_, select, update

from worker.domain.events import EventResult
from worker.domain.orders import ReferenceKind
from worker.store.conditions import is_reference
from worker.store.tables import HAS_SHIPMENT, NUMBERED, TRACKED, audit_log, events, orders

ENOUGH = 2
"""Two orders with one reference prove that the reference is ambiguous."""

_AT = bindparam("at", type_=BigInteger)
_ROW = bindparam("its_row", type_=BigInteger)
_VALUES = bindparam("its_values", type_=Text, expanding=True)
_HAS_ENDED = or_(orders.c.stop.is_not(None), orders.c.due.is_(None))
"""The search for a reference was stopped or dismissed."""

_KNOWN = (
    select(orders.c.order_id).where(orders.c.account == bindparam("its_account"), not_(is_reference())).limit(ENOUGH)
)
# The planner uses a partial index only if its condition stands here word for word. An ORDER BY would make it scan
# all orders of the account.
_OF_EVENTS = _KNOWN.distinct().join(events, events.c.order_row == orders.c.id)
KNOWN_AS: dict[ReferenceKind, Select[str]] = {
    "number": _KNOWN.where(NUMBERED, orders.c.number.in_(_VALUES)),
    "tracking": _OF_EVENTS.where(TRACKED, events.c.tracking.in_(_VALUES)),
    "shipment": _OF_EVENTS.where(HAS_SHIPMENT, events.c.shipment.in_(_VALUES)),
}
"""Select the ids of the orders with one of some references, at most two; by the kind of the references."""

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
}
"""The columns of a search that begins anew, and is due at once."""

RESTART_SEARCH = (
    update(orders)
    .where(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
    .where(_HAS_ENDED)
    .values(RESTARTED)
    .returning(orders.c.id)
)
"""Makes a stopped or dismissed search due again; no row when it has not ended."""

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
