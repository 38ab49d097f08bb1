"""How many orders of an account may begin: a hold, the call budget, and the orders under way leave room for them."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Text, bindparam, exists, func, select, union_all

from worker.domain.accounts.call_budget import free_calls, may_ask_for_unknown
from worker.domain.accounts.call_state import state_of
from worker.domain.accounts.claiming import CALLS_OF, most_in_progress
from worker.domain.instants import SECOND, Duration, Instant
from worker.domain.lanes import Lane
from worker.store.conditions import is_active
from worker.store.tables import budgets, holds, orders

CLAIM_LASTS: Duration = 3 * SECOND
"""For this long, a claimed order that has not begun counts as one that will."""
MOST_COUNTED = 100
"""Orders in progress are among the first of an account, because they are claimed by their due time."""

_AT, _ACCOUNT = bindparam("at", type_=BigInteger), bindparam("account", type_=Text)
_BUDGET = select(
    select(budgets.c.state).where(budgets.c.account == _ACCOUNT).scalar_subquery().label("state"),
    select(budgets.c.resumed_at).where(budgets.c.account == _ACCOUNT).scalar_subquery().label("resumed_at"),
    # A hold may be over, and nobody has deleted its row and noted the resumption yet.
    select(func.max(holds.c.until)).where(holds.c.account == _ACCOUNT).scalar_subquery().label("held_until"),
    exists().where(holds.c.account == _ACCOUNT, is_active(_AT)).label("is_held"),
)
_FIRST_OF_LANES = [
    select(orders.c.lane, orders.c.lease_until, orders.c.enqueued_at)
    .where(orders.c.account == _ACCOUNT, orders.c.lane == lane, orders.c.due <= _AT, orders.c.stop.is_(None))
    .order_by(orders.c.due)
    .limit(MOST_COUNTED)
    .subquery()
    for lane in Lane
]
_UNDER_WAY = union_all(*map(select, _FIRST_OF_LANES))


@dataclass(frozen=True, slots=True)
class Room:
    """How many *orders* of an account may begin, and for how many *calls*; None for any number.

    *missing* is how many of the orders may be such that the platform does not have.
    """

    orders: int | None
    calls: int | None
    missing: int | None = None


def room_of(connection: Connection, account: str, now: Instant, ceiling: int | None) -> Room:
    """Return the room for orders of *account*, whose configured limit is *ceiling*. A held account has none."""
    row = connection.execute(_BUDGET, {"account": account, "at": now}).one()
    if row.is_held:
        return Room(0, 0)
    resumed_at = max((at for at in (row.resumed_at, row.held_until) if at is not None), default=None)
    most = most_in_progress(None if resumed_at is None else now - resumed_at)
    state = state_of(row.state or "")
    calls = free_calls(state, now, ceiling)
    if most is None and (calls is None or calls == 0):
        return Room(most, calls)
    room = Room(most, calls, may_ask_for_unknown(state, now, ceiling))
    return _less_those_under_way(connection, account, now, room)


def _less_those_under_way(connection: Connection, account: str, now: Instant, room: Room) -> Room:
    """Return *room* without what orders take that are in progress, or will be in a moment."""
    rows = connection.execute(_UNDER_WAY, {"account": account, "at": now}).all()
    leased = [row for row in rows if row.lease_until is not None and row.lease_until > now]
    claimed = [row for row in rows if row not in leased and row.enqueued_at and row.enqueued_at > now - CLAIM_LASTS]
    calls, missing = sum(CALLS_OF[Lane(row.lane)] for row in claimed), sum(row.lane == Lane.MISSING for row in claimed)
    return Room(
        orders=None if room.orders is None else max(0, room.orders - len(leased) - len(claimed)),
        calls=None if room.calls is None else max(0, room.calls - calls),
        missing=None if room.missing is None else max(0, room.missing - missing),
    )
