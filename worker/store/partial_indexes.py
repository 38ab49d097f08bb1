"""The partial indexes of the tables. Only migrations and their tests need them.

They are not in `tables`, because SQLAlchemy loads all dialects for them, which takes longer than a short command runs.
"""

from sqlalchemy import Index, text

from worker.store.tables import AWAITS_SHIPMENT, AWAITS_TRACKING, HAS_SHIPMENT, NUMBERED, TRACKED, events, orders

_DUE = text("due IS NOT NULL AND stop IS NULL")
_STOPPED = text("stop IS NOT NULL")

for name, columns, condition in (
    ("ix_orders_due", (orders.c.account, orders.c.due), _DUE),
    ("ix_orders_stopped", (orders.c.stopped_at,), _STOPPED),
    ("ix_orders_number", (orders.c.account, orders.c.number), NUMBERED),
    ("ix_events_tracking", (events.c.tracking,), TRACKED),
    ("ix_events_shipment", (events.c.shipment,), HAS_SHIPMENT),
    ("ix_events_awaited_tracking", (events.c.searched_in, events.c.tracking), AWAITS_TRACKING),
    ("ix_events_awaited_shipment", (events.c.searched_in, events.c.shipment), AWAITS_SHIPMENT),
):
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition)
