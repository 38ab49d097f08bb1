"""The statements of the intake. They are built once, and run by the driver itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, ClauseElement, Insert, Integer, Table, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.events import EventResult
from worker.domain.reasons import DeliveryOutcome
from worker.store.database.prepared import Lookup, Prepared
from worker.store.intake.reference_statements import RESTART_SEARCH
from worker.store.tables import counters, deliveries, events, orders

MAX_EVENTS = 1000
"""The most events of one order. They are bounded because a reconciliation reads all of them."""

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

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

KNOWN_PARCELS = (
    select(func.min(events.c.tracking), func.max(events.c.tracking))
    .join(orders, orders.c.id == events.c.order_row)
    .where(orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id"))
    .where(events.c.tracking != "", events.c.name.startswith("shipment."))
)
"""Selects the first and the last tracking number of an order: two are enough to know that there are several parcels."""

UPDATE_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("its_delivery"))
"""Changes columns of a delivery."""

COUNT_QUARANTINED = (
    select(func.count())
    .where(deliveries.c.outcome == DeliveryOutcome.QUARANTINED.value, deliveries.c.received_at > bindparam("since"))
    .where(deliveries.c.source == bindparam("its_source"), deliveries.c.reason == bindparam("its_reason"))
)
"""Counts the deliveries of a source that are quarantined for a reason, since an instant."""

RESULT_TO_REPLAY = (
    select(deliveries.c.outcome, deliveries.c.reason, deliveries.c.detail)
    .where(deliveries.c.id == bindparam("its_delivery"))
    .with_for_update()
)
"""Locks a delivery for its replay and returns its outcome, its reason and its detail."""

COUNT_EVENTS = select(func.count()).where(events.c.delivery_id == bindparam("its_delivery"))
"""Counts the events that a delivery brought."""

FIRST_EVENT = select(func.min(events.c.id)).where(events.c.delivery_id == bindparam("its_delivery"))
"""Selects the first event that a delivery brought."""

DELETE_DELIVERY = delete(deliveries).where(deliveries.c.id == bindparam("its_delivery"))
"""Deletes a delivery, which has no events."""

TAKE_BACK = (
    update(orders)
    .where(orders.c.id == bindparam("its_row"))
    .values(revision=orders.c.revision - bindparam("revisions"), event_count=orders.c.event_count - bindparam("events"))
)
"""Takes back revisions and events that an order cannot take. The caller has locked its row."""

_DELIVERY_COLUMNS = ("source", "received_at", "outcome", "reason", "detail", "keep_once", "body")
_EVENT_COLUMNS = (
    *("source", "key", "delivery_id", "order_row", "revision", "name", "occurred_at", "received_at"),
    *("tracking", "tracking_url", "parcels", "note", "shipment", "searched_in"),
)


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of the intake for one kind of database. Each returns one row or none, except `add_counts`."""

    known_event: Lookup
    """`KNOWN_EVENT`."""
    known_parcels: Lookup
    """`KNOWN_PARCELS`."""
    insert_delivery: Prepared
    """Inserts a delivery and returns its id; no row when its `keep_once` is stored already."""
    make_order_due: Prepared
    """Makes an order due, and returns its id, its new revision, and its number of events; no row when it is full.

    `now` is when it is due, and `last` when it was changed. It is `revisions` further, and has `new_events` more, which
    may be too many. It is full when it has no room for the events that are `needed`.
    """
    restart_search: Prepared
    """`RESTART_SEARCH`."""
    insert_event: Prepared
    """Inserts an event and returns its id; no row when another transaction has just written the same key."""
    add_counts: Insert
    """Adds to the counters of deliveries that are not stored."""


@cache
def statements(dialect: str) -> Statements:
    """Return the statements for `sqlite` or `postgresql`. The two dialects differ only here."""
    insert = _INSERTS[dialect]
    add_counts = insert(counters)
    new_delivery = insert(deliveries).on_conflict_do_nothing(index_elements=["keep_once"]).returning(deliveries.c.id)
    new_event = insert(events).values(result=EventResult.PENDING.value).on_conflict_do_nothing().returning(events.c.id)
    return Statements(
        known_event=Lookup(dialect, KNOWN_EVENT, {"source": "text", "key": "text"}),
        known_parcels=Lookup(dialect, KNOWN_PARCELS, {"account": "text", "order_id": "text"}),
        insert_delivery=Prepared(dialect, new_delivery, _DELIVERY_COLUMNS),
        make_order_due=Prepared(dialect, _make_order_due(insert(orders)), ("account", "order_id")),
        restart_search=Prepared(dialect, RESTART_SEARCH),
        insert_event=Prepared(dialect, new_event, _EVENT_COLUMNS),
        add_counts=add_counts.on_conflict_do_update(
            index_elements=["source", "outcome"], set_={"count": counters.c.count + add_counts.excluded.count}
        ),
    )


def _make_order_due(insert: sqlite.Insert | postgresql.Insert) -> ClauseElement:
    now, new = bindparam("now", type_=BigInteger), insert.excluded
    new_events = bindparam("new_events", type_=Integer)
    not_before_back_off = case((orders.c.not_before > new.due, orders.c.not_before), else_=new.due)
    last, revisions = bindparam("last", type_=BigInteger), bindparam("revisions", type_=BigInteger)
    row = insert.values(revision=revisions, event_count=new_events, due=now, first_seen_at=now, updated_at=last)
    return row.on_conflict_do_update(
        index_elements=["account", "order_id"],
        set_={
            "revision": orders.c.revision + new.revision,
            "event_count": orders.c.event_count + new.event_count,
            # An event makes its order due at once, but neither shortens a back-off nor delays an earlier due time.
            "due": case((orders.c.due < not_before_back_off, orders.c.due), else_=not_before_back_off),
            "updated_at": new.updated_at,
        },
        where=orders.c.event_count + bindparam("needed", type_=Integer) <= MAX_EVENTS,
    ).returning(orders.c.id, orders.c.revision, orders.c.event_count)
