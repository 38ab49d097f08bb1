"""The intake's statements. They are built once: an inserted row costs more to phrase than to store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Insert, Table, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.events import EventEnd
from worker.journal.tables import deliveries, events, orders, tallies

MAX_EVENTS = 1000
"""An order takes no more news than this: a turn reads all of it."""

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

_NOW = bindparam("now", type_=BigInteger)
_PATIENT_NOW = case((orders.c.not_before > _NOW, orders.c.not_before), else_=_NOW)
_NEWS = {
    "revision": orders.c.revision + 1,
    # News makes an order due at once, but neither shortens its back-off nor moves an earlier turn.
    "due": case((orders.c.due < _PATIENT_NOW, orders.c.due), else_=_PATIENT_NOW),
    "updated_at": _NOW,
}

KNOWN_EVENT = (
    select(
        events.c.id,
        events.c.delivery,
        events.c.order,
        events.c.name,
        events.c.tracking,
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

REPEAT_HINT = update(orders).where(orders.c.id == bindparam("known_order")).values(_NEWS)

AMEND_DELIVERY = update(deliveries).where(deliveries.c.id == bindparam("delivery"))

DELIVERY_TO_REPLAY = select(deliveries.c.outcome).where(deliveries.c.id == bindparam("delivery")).with_for_update()


@dataclass(frozen=True, slots=True)
class Inserts:
    """The inserts that give way to a row that is there, in the words of one database."""

    delivery: Insert
    """Returns the id; no row when its `keep_once` is kept already."""
    order: Insert
    """Makes the order's row, or counts one more event on it; no row when it is full."""
    event: Insert
    """Returns the id; no row when its key has just been taken."""
    tally: Insert


@cache
def inserts(dialect: str) -> Inserts:
    """The inserts for `sqlite` or `postgresql`: the only place where the two differ."""
    insert = _INSERTS[dialect]
    order = insert(orders).values(revision=1, events=1, due=_NOW, first_seen_at=_NOW, updated_at=_NOW)
    tally = insert(tallies)
    return Inserts(
        delivery=insert(deliveries).on_conflict_do_nothing(index_elements=["keep_once"]).returning(deliveries.c.id),
        order=order.on_conflict_do_update(
            index_elements=["account", "order_id"],
            set_={**_NEWS, "events": orders.c.events + 1},
            where=orders.c.events < MAX_EVENTS,
        ).returning(orders.c.id, orders.c.revision),
        event=insert(events).values(end=EventEnd.PENDING.value).on_conflict_do_nothing().returning(events.c.id),
        tally=tally.on_conflict_do_update(
            index_elements=["source", "outcome"], set_={"count": tallies.c.count + tally.excluded.count}
        ),
    )
