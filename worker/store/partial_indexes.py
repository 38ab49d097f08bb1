"""The partial indexes of the tables. Only migrations and their tests need them.

They are not in `tables`, because SQLAlchemy loads all dialects for them, which takes longer than a short command runs.
"""

from sqlalchemy import Index, text

from worker.store.tables import (
    AWAITS_SHIPMENT,
    AWAITS_TRACKING,
    HAS_SHIPMENT,
    NAMES_ORDER,
    NOT_ACCEPTED,
    NUMBERED,
    TRACKED,
    UNKNOWN,
    deliveries,
    events,
    orders,
)

_DUE = text("due IS NOT NULL AND stop IS NULL")
_STOPPED = text("stop IS NOT NULL")
_OPEN = text("closed IS NULL")

for name, columns, condition in (
    ("ix_orders_due", (orders.c.account, orders.c.lane, orders.c.due), _DUE),
    (
        "ix_orders_unknown",
        (orders.c.account, orders.c.reported_by, orders.c.lane, orders.c.due, orders.c.closed_by_operator),
        UNKNOWN,
    ),
    ("ix_orders_stopped", (orders.c.stopped_at,), _STOPPED),
    ("ix_orders_stopped_updated", (orders.c.updated_at, orders.c.id, orders.c.account, orders.c.stop), _STOPPED),
    ("ix_orders_awaited", (orders.c.updated_at, orders.c.id, orders.c.account), _DUE),
    ("ix_orders_open", (orders.c.account, orders.c.stage, orders.c.staged_at), _OPEN),
    ("ix_orders_number", (orders.c.account, orders.c.number), NUMBERED),
    (
        "ix_deliveries_kept",
        (deliveries.c.source, deliveries.c.outcome, deliveries.c.received_at, deliveries.c.id),
        NOT_ACCEPTED,
    ),
    ("ix_deliveries_named", (deliveries.c.named, deliveries.c.received_at), NAMES_ORDER),
    ("ix_events_tracking_form", (events.c.tracking_form,), TRACKED),
    ("ix_events_shipment", (events.c.shipment,), HAS_SHIPMENT),
    ("ix_events_awaited_tracking_form", (events.c.searched_in, events.c.tracking_form), AWAITS_TRACKING),
    ("ix_events_awaited_shipment", (events.c.searched_in, events.c.shipment), AWAITS_SHIPMENT),
):
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition)
