"""The statements of the intake, phrased once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, ClauseElement, Insert, Integer, Table, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.events import EventEnd
from worker.journal.prepared import Prepared
from worker.journal.reference_statements import LIFT
from worker.journal.tables import deliveries, events, orders, tallies

MAX_EVENTS = 1000
"""An order takes no more news than this: a turn reads all of it."""

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

KNOWN_EVENT = (
    select(
        events.c.id,
        events.c.delivery,
        events.c.order,
        events.c.name,
        events.c.tracking,
        events.c.reference,
        orders.c.account,
        orders.c.order_id,
    )
    .join(orders, orders.c.id == events.c.order)
    .where(events.c.source == bindparam("source"), events.c.key == bindparam("key"))
)

KNOWN_PARCELS = (
    select(func.count(events.c.tracking.distinct()))
    .join(orders, orders.c.id == events.c.order)
    .where(orders.c.account == bindparam("account"), orders.c.order_id == bindparam("order_id"))
    .where(events.c.tracking != "", events.c.name.startswith("shipment."))
)

AMEND_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("delivery"))

DELIVERY_TO_REPLAY = select(deliveries.c.outcome).where(deliveries.c.id == bindparam("delivery")).with_for_update()


_DELIVERY = ("source", "received_at", "outcome", "reason", "detail", "keep_once", "body")
_EVENT = (
    *("source", "key", "delivery", "order", "revision", "name", "occurred_at", "received_at"),
    *("tracking", "tracking_url", "parcels", "note"),
)


@dataclass(frozen=True, slots=True)
class Statements:
    """What the intake asks one kind of database."""

    known_event: Prepared
    known_parcels: Prepared
    delivery: Prepared
    """Returns the id; no row when its `keep_once` is kept already."""
    order: Prepared
    """Makes an order due at `now` and counts `news` more events: id and revision; no row for one that is full."""
    lift: Prepared
    event: Prepared
    """Returns the id; no row when its key has just been taken."""
    tally: Insert


@cache
def statements(dialect: str) -> Statements:
    """The statements for `sqlite` or `postgresql`: the only place where the two differ."""
    insert = _INSERTS[dialect]
    tally = insert(tallies)
    delivery = insert(deliveries).on_conflict_do_nothing(index_elements=["keep_once"]).returning(deliveries.c.id)
    event = insert(events).values(end=EventEnd.PENDING.value).on_conflict_do_nothing().returning(events.c.id)
    return Statements(
        known_event=Prepared(dialect, KNOWN_EVENT),
        known_parcels=Prepared(dialect, KNOWN_PARCELS),
        delivery=Prepared(dialect, delivery, _DELIVERY),
        order=Prepared(dialect, _moved(insert(orders)), ("account", "order_id")),
        lift=Prepared(dialect, LIFT),
        event=Prepared(dialect, event, _EVENT),
        tally=tally.on_conflict_do_update(
            index_elements=["source", "outcome"], set_={"count": tallies.c.count + tally.excluded.count}
        ),
    )


def _moved(insert: sqlite.Insert | postgresql.Insert) -> ClauseElement:
    now, new = bindparam("now", type_=BigInteger), insert.excluded
    patient_now = case((orders.c.not_before > new.due, orders.c.not_before), else_=new.due)
    row = insert.values(revision=1, events=bindparam("news", type_=Integer), due=now, first_seen_at=now, updated_at=now)
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
    ).returning(orders.c.id, orders.c.revision)
