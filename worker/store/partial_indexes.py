"""The partial indexes of the tables. Only migrations and their tests need them.

They are not in `tables`, because SQLAlchemy loads all dialects for them, which takes longer than a short command runs.
"""

from sqlalchemy import Index, text

from worker.store.tables import HAS_SHIPMENT, NUMBERED, TRACKED, events, orders

_DUE = text("due IS NOT NULL AND stop IS NULL")
_STOPPED = text("stop IS NOT NULL")

Index("ix_orders_due", orders.c.account, orders.c.due, sqlite_where=_DUE, postgresql_where=_DUE)
Index("ix_orders_stopped", orders.c.stopped_at, sqlite_where=_STOPPED, postgresql_where=_STOPPED)
Index("ix_orders_number", orders.c.account, orders.c.number, sqlite_where=NUMBERED, postgresql_where=NUMBERED)
Index("ix_events_tracking", events.c.tracking, sqlite_where=TRACKED, postgresql_where=TRACKED)
Index("ix_events_shipment", events.c.shipment, sqlite_where=HAS_SHIPMENT, postgresql_where=HAS_SHIPMENT)
