"""The intake's statements. They are built once: an inserted row costs more to phrase than to store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Insert, Integer, Table, bindparam, case, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.events import EventEnd
from worker.journal.tables import deliveries, events, orders, tallies

MAX_EVENTS = 1000
"""An order takes no more news than this: a turn reads all of it."""

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

KNOWN_EVENTS = (
    select(
        events.c.source,
        events.c.key,
        events.c.id,
        events.c.delivery,
        events.c.order,
        events.c.name,
        events.c.tracking,
        orders.c.account,
        orders.c.order_id,
    )
    .join(orders, orders.c.id == events.c.order)
    .where(tuple_(events.c.source, events.c.key).in_(bindparam("names", expanding=True)))
)

ORDERS_WITH_SEVERAL_PARCELS = (
    select(orders.c.account, orders.c.order_id)
    .join(events, orders.c.id == events.c.order)
    .where(tuple_(orders.c.account, orders.c.order_id).in_(bindparam("keys", expanding=True)))
    .where(events.c.tracking != "", events.c.name.startswith("shipment."))
    .group_by(orders.c.account, orders.c.order_id)
    .having(func.count(events.c.tracking.distinct()) > 1)
)

AMEND_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("delivery"))

DELIVERY_TO_REPLAY = select(deliveries.c.outcome).where(deliveries.c.id == bindparam("delivery")).with_for_update()


@dataclass(frozen=True, slots=True)
class Inserts:
    """The inserts that give way to a row that is there, in the words of one database."""

    deliveries: Insert
    """Returns the ids, of which a later row has the larger one."""
    delivery_once: Insert
    """Returns the id; no row when its `keep_once` is kept already."""
    orders: Insert
    """Makes orders due at `now` and adds `events` to their count; no row for one that is full."""
    events: Insert
    """Returns id, source and key; no row when the key has just been taken."""
    tally: Insert


@cache
def inserts(dialect: str) -> Inserts:
    """The inserts for `sqlite` or `postgresql`: the only place where the two differ."""
    insert = _INSERTS[dialect]
    tally = insert(tallies)
    event = insert(events).values(end=EventEnd.PENDING.value).on_conflict_do_nothing()
    return Inserts(
        # SQLite numbers the rows of one statement as they come; asked for an order, SQLAlchemy would send them singly.
        deliveries=insert(deliveries).returning(deliveries.c.id, sort_by_parameter_order=dialect != "sqlite"),
        delivery_once=insert(deliveries)
        .on_conflict_do_nothing(index_elements=["keep_once"])
        .returning(deliveries.c.id),
        orders=_moved(insert(orders)),
        events=event.returning(events.c.id, events.c.source, events.c.key),
        tally=tally.on_conflict_do_update(
            index_elements=["source", "outcome"], set_={"count": tallies.c.count + tally.excluded.count}
        ),
    )


def _moved(insert: sqlite.Insert | postgresql.Insert) -> Insert:
    now, new = bindparam("now", type_=BigInteger), insert.excluded
    patient_now = case((orders.c.not_before > new.due, orders.c.not_before), else_=new.due)
    row = insert.values(
        revision=1, events=bindparam("events", type_=Integer), due=now, first_seen_at=now, updated_at=now
    )
    return row.on_conflict_do_update(
        index_elements=["account", "order_id"],
        set_={
            "revision": orders.c.revision + 1,
            "events": orders.c.events + new.events,
            # News makes an order due at once, but neither shortens its back-off nor moves an earlier turn.
            "due": case((orders.c.due < patient_now, orders.c.due), else_=patient_now),
            "updated_at": new.updated_at,
        },
        where=orders.c.events + new.events <= MAX_EVENTS,
    ).returning(orders.c.id, orders.c.revision, orders.c.account, orders.c.order_id)
