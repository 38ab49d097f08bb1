"""Takes events of a reference out of the database, because their source may not report the order that was found.

Their deliveries are quarantined, with their bodies, so a replay brings the events again once the order is assigned.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, delete, select

from worker.domain.events import RecordedEvent
from worker.domain.orders import OrderKey
from worker.store.intake.carriers import not_your_order
from worker.store.intake.kept.bounds import add_amounts, amounts_of
from worker.store.intake.recording import update_outcome
from worker.store.tables import deliveries, events

_IDS = bindparam("its_events", type_=BigInteger, expanding=True)
_DELIVERIES = select(events.c.delivery_id).where(events.c.id.in_(_IDS), events.c.delivery_id.is_not(None)).distinct()
"""Selects the deliveries that brought some events."""
_REPLAYABLE = (
    select(events.c.id)
    .join(deliveries, deliveries.c.id == events.c.delivery_id)
    .where(events.c.id.in_(_IDS), deliveries.c.body.is_not(None))
    .with_for_update(of=deliveries)
)
"""Selects those of some events whose deliveries have their bodies, which nobody else can delete from now on."""
_DELETE = delete(events).where(events.c.id.in_(_IDS))
"""Deletes events."""


def can_refuse(connection: Connection, refused: Sequence[RecordedEvent]) -> bool:
    """Tell whether a replay can bring back all of the events *refused*: the bodies of their deliveries are there.

    The bodies stay until the transaction ends. Bodies of large deliveries, and of what was evicted, may be gone.
    """
    its_events = {"its_events": [recorded.id for recorded in refused]}
    return not refused or len(connection.execute(_REPLAYABLE, its_events).all()) == len(refused)


def refuse_events(connection: Connection, order: OrderKey, refused: Sequence[RecordedEvent], carrier: str) -> None:
    """Delete the events *refused*, and quarantine their deliveries, because *carrier* carries *order*, or nobody does.

    The caller has locked the row of the reference that has the events, and has asked `can_refuse`.
    """
    if not refused:
        return
    its_events = {"its_events": [recorded.id for recorded in refused]}
    delivery_ids = sorted(connection.execute(_DELIVERIES, its_events).scalars())
    connection.execute(_DELETE, its_events)
    before = amounts_of(connection, delivery_ids)
    result = not_your_order(order, refused[0].event.source, carrier)._replace(named=order)
    for delivery_id in delivery_ids:
        update_outcome(connection, delivery_id, result, replayed_at=None)
    add_amounts(connection, amounts_of(connection, delivery_ids), before)
