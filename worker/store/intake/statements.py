"""The statements of the intake. They are built once, and run by the driver itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    Insert,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.events import EventResult
from worker.domain.reasons import DeliveryOutcome
from worker.store.conditions import is_unread
from worker.store.database.prepared import Lookup, Prepared
from worker.store.intake.known_statements import KNOWN_CARRIER, KNOWN_EVENT, KNOWN_ORDER, KNOWN_PARCELS
from worker.store.intake.references.statements import RESTART_SEARCH
from worker.store.tables import counters, deliveries, events, orders

MAX_EVENTS = 1000
"""The most events of one order. They are bounded because a reconciliation reads all of them."""

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

ORDER_WITH_NEW_EVENTS: Mapping[str, str] = {
    "revision": "orders.revision + excluded.revision",
    "event_count": "orders.event_count + excluded.event_count",
    # An event makes its order due at once, but neither shortens a back-off nor delays an earlier due time.
    "due": """CASE
        WHEN orders.due < excluded.due OR orders.due < orders.not_before THEN orders.due
        WHEN orders.not_before > excluded.due THEN orders.not_before
        ELSE excluded.due
    END""",
    "updated_at": "excluded.updated_at",
}
"""What the columns of an order become when it has new events; `excluded` are the values for a new order."""

UPDATE_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("its_delivery"))
"""Changes columns of a delivery."""

COUNT_QUARANTINED = (
    select(func.count())
    .where(deliveries.c.outcome == DeliveryOutcome.QUARANTINED.value, deliveries.c.received_at > bindparam("since"))
    .where(deliveries.c.source == bindparam("its_source"), deliveries.c.reason == bindparam("its_reason"))
)
"""Counts the deliveries of a source that are quarantined for a reason, since an instant."""

TAKE_BACK = (
    update(orders)
    .where(orders.c.id == bindparam("its_row"))
    .values(revision=orders.c.revision - bindparam("revisions"), event_count=orders.c.event_count - bindparam("events"))
)
"""Takes back revisions and events that an order cannot take. The caller has locked its row."""

_DELIVERY_COLUMNS = (
    *("source", "received_at", "outcome", "reason", "detail", "keep_once"),
    *("body", "encoding", "body_size", "peer", "headers", "named"),
)
_EVENT_COLUMNS = (
    *("source", "key", "delivery_id", "order_row", "revision", "name", "occurred_at", "received_at"),
    *("tracking", "tracking_url", "parcels", "note", "shipment", "searched_in", "restricted", "carrier"),
)
_ORDER_COLUMNS = ("account", "order_id", "carrier", "carrier_by", "reported_by")


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of the intake for one kind of database. Each returns one row or none, except `add_counts`."""

    known_event: Lookup
    """`KNOWN_EVENT`."""
    known_order: Lookup
    """`KNOWN_ORDER`."""
    known_parcels: Lookup
    """`KNOWN_PARCELS`."""
    known_carrier: Lookup
    """`KNOWN_CARRIER`."""
    insert_delivery: Prepared
    """Inserts a delivery and returns its id; no row when its `keep_once` is stored already."""
    make_order_due: Prepared
    """Makes an order due; no row when it is full.

    Returns its id, new revision, number of events, carrier, lane and last read. `now` is when it is due, and `last`
    when it was changed. It is `revisions` further, and has `new_events` more, which may be too many: it has room for
    `MAX_EVENTS`, or for `most_unknown` while the platform has never shown it. It is full when it has no room for the
    events that are `needed`. Its carrier changes to `carrier` if it still is `was`. A new order was reported by
    `reported_by`.
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
        known_order=Lookup(dialect, KNOWN_ORDER, {"account": "text", "order_id": "text"}),
        known_parcels=Lookup(dialect, KNOWN_PARCELS, {"account": "text", "order_id": "text"}),
        known_carrier=Lookup(dialect, KNOWN_CARRIER, {"account": "text", "order_id": "text", "its_source": "text"}),
        insert_delivery=Prepared(dialect, new_delivery, _DELIVERY_COLUMNS),
        make_order_due=Prepared(dialect, _make_order_due(insert(orders)), _ORDER_COLUMNS),
        restart_search=Prepared(dialect, RESTART_SEARCH),
        insert_event=Prepared(dialect, new_event, _EVENT_COLUMNS),
        add_counts=add_counts.on_conflict_do_update(
            index_elements=["source", "outcome"], set_={"count": counters.c.count + add_counts.excluded.count}
        ),
    )


def _make_order_due(insert: sqlite.Insert | postgresql.Insert) -> ClauseElement:
    now, new = bindparam("now", type_=BigInteger), insert.excluded
    new_events = bindparam("new_events", type_=Integer)
    changes_carrier = and_(orders.c.carrier == bindparam("was", type_=Text), new.carrier != orders.c.carrier)
    last, revisions = bindparam("last", type_=BigInteger), bindparam("revisions", type_=BigInteger)
    room = case((and_(orders.c.lane > 0, is_unread()), bindparam("most_unknown", type_=Integer)), else_=MAX_EVENTS)
    row = insert.values(revision=revisions, event_count=new_events, due=now, first_seen_at=now, updated_at=last)
    # An `IS NULL` in RETURNING is wrong in some versions of SQLite, so the caller decides what these two mean.
    is_shown = (orders.c.lane, orders.c.read_at)
    return row.on_conflict_do_update(
        index_elements=["account", "order_id"],
        set_={
            **{column: literal_column(value) for column, value in ORDER_WITH_NEW_EVENTS.items()},
            "carrier": case((changes_carrier, new.carrier), else_=orders.c.carrier),
            "carrier_by": case((changes_carrier, new.carrier_by), else_=orders.c.carrier_by),
        },
        where=orders.c.event_count + bindparam("needed", type_=Integer) <= room,
    ).returning(orders.c.id, orders.c.revision, orders.c.event_count, orders.c.carrier, *is_shown)
