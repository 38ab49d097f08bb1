"""The statements of a turn. They are built once: to phrase one anew costs more than the database takes for it.

Parameters that begin with `its_` say which rows are meant, `at` is the instant of the transaction. Whatever else is
given when a statement runs names the columns to write.
"""

from sqlalchemy import BigInteger, and_, bindparam, case, func, insert, not_, select, update

from worker.journal.rows import is_due, may_send, not_held
from worker.journal.tables import events, orders, remarks, steps

_AT = bindparam("at", type_=BigInteger)
_THIS = and_(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
_OWNED = and_(
    orders.c.id == bindparam("its_row"), orders.c.lease_token == bindparam("its_token"), orders.c.lease_until > _AT
)
_HAS_NEWS = orders.c.revision > bindparam("its_revision")

LEASE = update(orders).where(_THIS, is_due(_AT)).returning(orders)
"""No row unless the order may have a turn."""

FORGET_NUDGE = update(orders).where(_THIS, orders.c.nudged_at.is_not(None), not_(not_held(_AT))).values(nudged_at=None)
"""Lets a tick nudge the order again as soon as its account's hold is over: the nudge that met it is used up."""

LOCK = select(orders.c.id).where(_OWNED).with_for_update()
"""No row unless the lease still holds."""

WALKED = (
    select(steps.c.place, func.max(steps.c.revision))
    .where(steps.c.order == bindparam("its_row"), steps.c.outcome.not_in(["not_sent", "failed"]))
    .group_by(steps.c.place)
)

ANNOUNCE = update(orders).where(_OWNED, not_(_HAS_NEWS), may_send(_AT))
"""No row unless a call may be sent."""

STEP = insert(steps).returning(steps.c.id)

REMEMBER = update(orders).where(_OWNED)

ANSWER = update(steps).where(steps.c.id == bindparam("its_step"))

FREE = (
    update(orders)
    .where(_OWNED)
    .values(due=case((_HAS_NEWS, bindparam("due_with_news")), else_=bindparam("due_without")))
    .returning(orders.c.revision)
)
"""News that came in during the turn keeps the order due, in the same statement."""

END_EVENTS = update(events).where(events.c.id.in_(bindparam("its_events", expanding=True)))

REMARK = insert(remarks)
