"""The statements of a replay of a delivery. Their parameter chooses the delivery."""

from sqlalchemy import bindparam, delete, func, select

from worker.store.tables import deliveries, events

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

ORDERS_OF_DELIVERY = select(events.c.order_row).where(events.c.delivery_id == bindparam("its_delivery")).distinct()
"""Selects the rows of the orders that have an event of a delivery."""

DELETE_DELIVERY = delete(deliveries).where(deliveries.c.id == bindparam("its_delivery"))
"""Deletes a delivery, which has no events."""
