"""The statements of a reconciliation. They are built once, because to build one takes longer than to run it.

Parameters that begin with `its_` choose the rows, and `at` is the instant of the transaction. Every other parameter
names a column to write.
"""

from sqlalchemy import BigInteger, and_, bindparam, case, func, insert, not_, select, update

from worker.domain.reasons import WriteOutcome
from worker.store.conditions import is_due, not_held
from worker.store.tables import events, orders, writes

_AT = bindparam("at", type_=BigInteger)
_THIS = and_(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
_OWNED = and_(
    orders.c.id == bindparam("its_row"), orders.c.lease_token == bindparam("its_token"), orders.c.lease_until > _AT
)
"""The reconciliation still has its lease."""
_HAS_NEW_EVENTS = orders.c.revision > bindparam("its_revision")
_NOT_REQUESTED = [WriteOutcome.NOT_SENT.value, WriteOutcome.FAILED.value]
"""The outcomes of writes that the platform did not take."""

LEASE = update(orders).where(_THIS, is_due(_AT)).returning(orders)
"""Leases a due order and returns its row; no row when the order is not due."""

FORGET_ENQUEUED = (
    update(orders).where(_THIS, orders.c.enqueued_at.is_not(None), not_(not_held(_AT))).values(enqueued_at=None)
)
"""Lets the scheduler claim an order of a held account again as soon as the hold ends."""

LOCK = select(orders.c.id).where(_OWNED).with_for_update()
"""Locks a leased order; no row when the lease is lost."""

REQUESTED = (
    select(writes.c.stage, func.max(writes.c.revision))
    .where(writes.c.order_row == bindparam("its_row"), writes.c.outcome.not_in(_NOT_REQUESTED))
    .group_by(writes.c.stage)
)
"""Selects the stages that we asked the platform for, each with the newest revision at which we did."""

ANNOUNCE = update(orders).where(_OWNED, not_(_HAS_NEW_EVENTS), not_held(_AT))
"""Renews the lease for a write; no row when the lease is lost, events came in, or the account is held."""

INSERT_WRITE = insert(writes).returning(writes.c.id)
"""Records a write that is about to be sent."""

UPDATE_ORDER = update(orders).where(_OWNED)
"""Writes columns of a leased order; no row when the lease is lost."""

UPDATE_WRITE = update(writes).where(writes.c.id == bindparam("its_write"))
"""Records how a write ended."""

FINISH = (
    update(orders)
    .where(_OWNED)
    .values(due=case((_HAS_NEW_EVENTS, bindparam("due_with_new_events")), else_=bindparam("due_without")))
    .returning(orders.c.revision)
)
"""Clears the lease and sets the next due time, which depends on whether events came in meanwhile."""

SET_RESULTS = update(events).where(events.c.id.in_(bindparam("its_events", expanding=True)))
"""Writes one result into several events."""
